#include "tools/cli/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "tools/cli/error.hpp"

namespace umbra::tools {

namespace {

volatile std::sig_atomic_t signalled = 0;

[[noreturn]] void become(const command& c, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  if (!c.directory.empty() && ::chdir(c.directory.c_str()) != 0) ::_exit(127);
  if (!c.output.empty()) {
    const int out = ::open(c.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
    if (out < 0) ::_exit(127);
    ::dup2(out, 1);
    ::dup2(out, 2);
  }
  const int in = ::open("/dev/null", O_RDONLY);
  ::dup2(in, 0);
  for (const auto& [name, value] : c.environment) ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> words;
  for (const auto& w : c.words) words.push_back(const_cast<char*>(w.c_str()));
  words.push_back(nullptr);
  // A program that was written a moment ago may still be open for writing: in a child that another thread has forked,
  // until that becomes a program itself.
  for (int n = 0; n < 1000; ++n) {
    ::execvp(words[0], words.data());
    if (errno != ETXTBSY) break;
    ::usleep(10'000);
  }
  ::_exit(127);
}

double seconds_of(const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; }

struct standing {
  pid_t parent;
  double cpu_seconds;  ///< with those of children that were waited for
};

/// Of a process that runs, or was not waited for yet.
std::optional<standing> standing_of(pid_t id) {
  // It may be gone between opening and reading.
  std::ifstream in(fmt::format("/proc/{}/stat", id));
  std::string text(4096, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  // The second field is the program's name, in parentheses and with whatever it likes inside.
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string skipped;
  standing s{0, 0};
  if (!(fields >> skipped >> s.parent)) return std::nullopt;
  for (int n = 5; n < 14; ++n) fields >> skipped;
  double ticks = 0, all = 0;
  for (int n = 14; n < 18 && fields >> ticks; ++n) all += ticks;
  s.cpu_seconds = all / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return s;
}

ending ending_of(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

}  // namespace

process::process(const command& c) {
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw error(fmt::format("Cannot start {}: {}.", c.words[0], std::strerror(errno)), status::broken);
  if (pid_ == 0) become(c, parent);
  ::setpgid(pid_, pid_);
}

process::process(process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), ending_(other.ending_), cpu_seconds_(other.cpu_seconds_) {}

process::~process() {
  if (pid_ < 0 || ending_) return;
  stop(true);
  wait();
}

void process::reap(int options) {
  int wait_status = 0;
  rusage used{};
  if (::wait4(pid_, &wait_status, options, &used) != pid_) return;
  ending_ = ending_of(wait_status);
  cpu_seconds_ = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
}

std::optional<ending> process::poll() {
  if (!ending_) reap(WNOHANG);
  return ending_;
}

ending process::wait() {
  while (!ending_) reap(0);
  return *ending_;
}

double process::cpu_seconds() const {
  if (ending_) return cpu_seconds_;
  const auto now = standing_of(pid_);
  return now ? now->cpu_seconds : 0;
}

double process::family_cpu_seconds() const {
  if (ending_) return cpu_seconds_;
  std::multimap<pid_t, std::pair<pid_t, double>> children;  // by parent
  std::error_code gone;
  for (const auto& e : std::filesystem::directory_iterator("/proc", gone)) {
    const pid_t id = std::atoi(e.path().filename().c_str());
    if (const auto one = id > 0 ? standing_of(id) : std::nullopt) {
      children.emplace(one->parent, std::pair(id, one->cpu_seconds));
    }
  }
  double all = cpu_seconds();
  std::vector<pid_t> parents{pid_};
  while (!parents.empty()) {
    const auto [first, last] = children.equal_range(parents.back());
    parents.pop_back();
    for (auto child = first; child != last; ++child) {
      parents.push_back(child->second.first);
      all += child->second.second;
    }
  }
  return all;
}

void process::stop(bool hard) {
  if (!ending_) ::kill(-pid_, hard ? SIGKILL : SIGTERM);
}

ending run(const command& c) {
  process p(c);
  while (!p.poll()) {
    if (interrupted()) throw error("Interrupted.", status::broken);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return *p.poll();
}

limited_run run_for(const command& c, double cpu_seconds) {
  // One that waits for something that never comes computes nothing; on a machine with much else to do, none gets a
  // twentieth of a processor.
  const auto began = std::chrono::steady_clock::now();
  const auto too_long = std::chrono::duration<double>(60 + 20 * cpu_seconds);
  process p(c);
  while (!p.poll()) {
    if (interrupted()) throw error("Interrupted.", status::broken);
    if (p.cpu_seconds() > cpu_seconds || std::chrono::steady_clock::now() - began > too_long) {
      return {std::nullopt, p.cpu_seconds()};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return {p.poll(), p.cpu_seconds()};
}

void catch_interrupts() {
  const auto note = [](int) { signalled = 1; };
  ::signal(SIGINT, note);
  ::signal(SIGTERM, note);
}

bool interrupted() { return signalled != 0; }

}  // namespace umbra::tools
