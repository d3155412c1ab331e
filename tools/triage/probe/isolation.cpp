#include "tools/triage/probe/isolation.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>

#include "fuzz/properties/draw.hpp"
#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"
#include "tools/triage/probe/death.hpp"

// LeakSanitizer's, in builds that have it.
extern "C" [[gnu::weak]] int __lsan_do_recoverable_leak_check();

namespace umbra::tools {

using std::chrono::milliseconds;

/// What the child tells the parent, in memory that both have.
struct isolation::shared {
  std::size_t current = 0;  ///< the input that is being run
  bool begun = false;       ///< that one, and not what the process runs before it
  sighting seen{};
  store_stacks stores{};
};

namespace {

sighting* hanging = nullptr;

/// The input's time is over.
void on_alarm(int) {
  take_stack(hanging->stack);
  ::_exit(ending_status::hung);
}

/// The pages that a process has in memory, in bytes.
std::size_t resident(pid_t pid) {
  std::FILE* file = std::fopen(fmt::format("/proc/{}/statm", pid).c_str(), "r");
  if (file == nullptr) return 0;
  std::size_t size = 0, pages = 0;
  const bool read = std::fscanf(file, "%zu %zu", &size, &pages) == 2;
  std::fclose(file);
  return read ? pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

bool leaks() { return __lsan_do_recoverable_leak_check != nullptr && __lsan_do_recoverable_leak_check() != 0; }

}  // namespace

isolation::isolation(executor& e, limits l, std::filesystem::path work)
    : executor_(e), limits_(l), work_(std::move(work)) {
  std::filesystem::create_directories(work_);
  void* page = ::mmap(nullptr, sizeof(shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) throw error("Cannot map memory.", status::broken);
  shared_ = new (page) shared;
  call_stack first;
  take_stack(first);  // the unwinder loads what it needs before anything goes wrong
}

isolation::~isolation() { ::munmap(shared_, sizeof(shared)); }

std::string isolation::log() const { return read_file(work_ / "log"); }

void isolation::arm(milliseconds time) {
  hanging = &shared_->seen;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  itimerval timer{};
  timer.it_value.tv_sec = seconds.count();
  timer.it_value.tv_usec = std::chrono::microseconds(time - seconds).count();
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

int isolation::in_child(const std::function<int()>& work, milliseconds at_most) {
  std::fflush(nullptr);
  over_memory_ = false;
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw error(fmt::format("Cannot fork: {}.", std::strerror(errno)), status::broken);
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    constexpr rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    const int out = ::open((work_ / "log").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::signal(SIGALRM, on_alarm);
    ::_exit(work());
  }
  const int file = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  const auto end = std::chrono::steady_clock::now() + at_most;
  pollfd ends{file, POLLIN, 0};
  // The child ends itself if it takes too long; what cannot be interrupted is ended from here.
  while (::poll(&ends, 1, 20) <= 0) {
    over_memory_ = over_memory_ || resident(child) > limits_.memory;
    if (over_memory_ || interrupted() || std::chrono::steady_clock::now() > end) ::kill(child, SIGKILL);
  }
  ::close(file);
  int wait_status = 0;
  while (::waitpid(child, &wait_status, 0) != child) {
  }
  if (interrupted()) throw error("Interrupted.", status::broken);
  return wait_status;
}

sighting isolation::run(const specimen& s, bool warm) {
  executor_.prepare(s);
  shared_->seen = {};
  shared_->begun = false;
  const int how = in_child(
      [&] {
        arm(limits_.time);
        if (warm && s.program() != nullptr) {
          for (unsigned seed = 1; seed <= 20; ++seed) {
            sighting ignored;
            executor_.run(specimen(fuzz::properties::draw(seed, 6)), ignored);
          }
        }
        shared_->begun = true;
        arm(limits_.time);
        executor_.run(s, shared_->seen);
        arm(milliseconds(0));
        if (shared_->seen.well() && leaks()) set(shared_->seen, "leak", "Memory was not given back.");
        return ending_status::all_ran;
      },
      limits_.time * 2 + milliseconds(10'000));
  // A core that any input kills has no process that has run others.
  if (warm && !shared_->begun) return run(s);
  if (!WIFEXITED(how) || WEXITSTATUS(how) != ending_status::all_ran) {
    describe_death(shared_->seen, how, log(), over_memory_);
  }
  return shared_->seen;
}

std::optional<std::size_t> isolation::first_alike(std::span<const specimen> all, const sighting& like) {
  const bool leak = std::string_view(like.id) == "leak";
  for (std::size_t first = 0; first < all.size();) {
    const int how = in_child(
        [&] {
          for (std::size_t n = first; n < all.size(); ++n) {
            shared_->current = n;
            shared_->seen = {};
            arm(limits_.time);
            executor_.run(all[n], shared_->seen);
            arm(milliseconds(0));
            if (leak && shared_->seen.well() && leaks()) set(shared_->seen, "leak", "");
            if (alike(shared_->seen, like)) return ending_status::alike_found;
            // What leaked once stays leaked.
            if (leak && n + 1 < all.size() && !shared_->seen.well()) return 1;
          }
          return ending_status::all_ran;
        },
        (limits_.time + milliseconds(100)) * static_cast<int>(all.size() - first) + milliseconds(10'000));
    if (WIFEXITED(how) && WEXITSTATUS(how) == ending_status::all_ran) return std::nullopt;
    if (WIFEXITED(how) && WEXITSTATUS(how) == ending_status::alike_found) return shared_->current;
    describe_death(shared_->seen, how, log(), over_memory_);
    if (alike(shared_->seen, like)) return shared_->current;
    first = shared_->current + 1;
  }
  return std::nullopt;
}

std::vector<frame> isolation::core_stack(const specimen& s, const sighting& seen) {
  const std::string id = seen.id;
  if (id == "sanitizer" || id == "memory" || id == "leak" || id == "crash") {
    run(s);
    auto reported = core_frames(stack_in_report(log()));
    if (!reported.empty()) return reported;
  }
  if (seen.stack.count != 0) return core_frames(symbolise(seen.stack, work_.string()));
  if (s.program() == nullptr || seen.page == fuzz::finding::no_page) return {};
  shared_->stores.count = 0;
  in_child(
      [&] {
        arm(limits_.time);
        executor_.run_trapped(*s.program(), seen, shared_->stores);
        return ending_status::all_ran;
      },
      limits_.time * 2);
  const store_stacks& all = shared_->stores;
  // The newest that the core was at: the simulated processor stores to entries, too.
  for (std::uint64_t n = all.count; n > 0 && n + store_stacks::limit > all.count; --n) {
    auto core = core_frames(symbolise(all.last[(n - 1) % store_stacks::limit], work_.string()));
    if (!core.empty()) return core;
  }
  return {};
}

bool isolation::tell(const std::function<void(std::FILE*)>& work, const std::filesystem::path& to) {
  const int how = in_child(
      [&] {
        std::FILE* file = std::fopen(to.c_str(), "w");
        if (file == nullptr) return 1;
        ::setvbuf(file, nullptr, _IOLBF, BUFSIZ);  // what is told before a death counts
        arm(limits_.time);
        work(file);
        std::fclose(file);
        return ending_status::all_ran;
      },
      limits_.time * 2);
  return WIFEXITED(how) && WEXITSTATUS(how) == ending_status::all_ran;
}

}  // namespace umbra::tools
