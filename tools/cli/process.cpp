#include "tools/cli/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
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
  ::execvp(words[0], words.data());
  ::_exit(127);
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

process::process(process&& other) noexcept : pid_(std::exchange(other.pid_, -1)), ending_(other.ending_) {}

process::~process() {
  if (pid_ < 0 || ending_) return;
  stop(true);
  wait();
}

std::optional<ending> process::poll() {
  int wait_status = 0;
  if (!ending_ && ::waitpid(pid_, &wait_status, WNOHANG) == pid_) ending_ = ending_of(wait_status);
  return ending_;
}

ending process::wait() {
  int wait_status = 0;
  while (!ending_) {
    if (::waitpid(pid_, &wait_status, 0) == pid_) ending_ = ending_of(wait_status);
  }
  return *ending_;
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

void catch_interrupts() {
  const auto note = [](int) { signalled = 1; };
  ::signal(SIGINT, note);
  ::signal(SIGTERM, note);
}

bool interrupted() { return signalled != 0; }

}  // namespace umbra::tools
