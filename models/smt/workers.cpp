#include "models/smt/workers.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <deque>
#include <optional>

#include "models/smt/report.hpp"

namespace umbra::smt {

namespace {

/// Whole messages through a pipe: their size, then their bytes.
bool send(int pipe, std::string_view message) {
  const std::uint64_t size = message.size();
  std::string bytes(reinterpret_cast<const char*>(&size), sizeof size);
  bytes += message;
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::write(pipe, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

bool read_fully(int pipe, void* to, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t n = ::read(pipe, static_cast<char*>(to) + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

std::optional<std::string> receive(int pipe) {
  std::uint64_t size = 0;
  if (!read_fully(pipe, &size, sizeof size)) return std::nullopt;
  std::string message(size, '\0');
  if (!read_fully(pipe, message.data(), size)) return std::nullopt;
  return message;
}

struct part {
  std::size_t subject;
  prefix from;
};

[[noreturn]] void work(int orders, int answers, std::span<const subject> subjects, const division& d) {
  while (const std::optional<std::string> order = receive(orders)) {
    const std::size_t space = order->find(' ');
    exploration e;
    try {
      const std::size_t which = std::stoul(order->substr(0, space));
      request r;
      r.from = prefix_of(std::string_view(*order).substr(space + 1));
      r.limits = d.limits;
      r.budget = d.budget;
      r.wants_cases = d.wants_cases;
      e = explore(subjects[which], r);
    } catch (const failure& f) {
      e.failed = f.kind;
      e.what = f.what();
    } catch (const std::exception& x) {
      e.failed = failure_kind::lost;
      e.what = x.what();
    }
    if (!send(answers, to_text(e))) break;
  }
  if (d.at_end) d.at_end();
  ::_exit(0);
}

class crew {
 public:
  crew(std::span<const subject> subjects, const division& d) {
    for (unsigned n = 0; n < d.workers; ++n) {
      int orders[2], answers[2];
      if (::pipe(orders) != 0 || ::pipe(answers) != 0)
        throw failure(failure_kind::lost, "No pipe for a worker could be made.");
      const pid_t child = ::fork();
      if (child < 0) throw failure(failure_kind::lost, "A worker process could not be started.");
      if (child == 0) {
        ::close(orders[1]);
        ::close(answers[0]);
        for (const worker& other : workers_) {
          ::close(other.orders);
          ::close(other.answers);
        }
        work(orders[0], answers[1], subjects, d);
      }
      ::close(orders[0]);
      ::close(answers[1]);
      workers_.push_back({child, orders[1], answers[0], {}});
    }
  }
  ~crew() {
    for (worker& w : workers_) dismiss(w);
  }
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;

  struct worker {
    pid_t process;
    int orders, answers;
    std::optional<part> busy_with;
    bool gone = false;
  };
  std::vector<worker>& workers() { return workers_; }

  /// How a worker ended that was not told to.
  static std::string fate_of(worker& w) {
    int status = 0;
    ::waitpid(w.process, &status, 0);
    ::close(w.orders);
    ::close(w.answers);
    w.gone = true;
    if (WIFSIGNALED(status)) return "killed by signal " + std::to_string(WTERMSIG(status));
    return "ended with status " + std::to_string(WEXITSTATUS(status));
  }

 private:
  static void dismiss(worker& w) {
    if (w.gone) return;
    ::close(w.orders);
    ::close(w.answers);
    ::waitpid(w.process, nullptr, 0);
    w.gone = true;
  }

  std::vector<worker> workers_;
};

/// One subject's exploration, as its parts come in.
struct assembly {
  exploration sum;
  std::size_t outstanding = 1;  ///< parts in the queue or at work
  bool over() const { return !sum.sound() || outstanding == 0; }
};

void add(exploration& sum, exploration&& e) {
  sum.done += e.done;
  for (std::string& c : e.cases) sum.cases.push_back(std::move(c));
  if (!sum.sound()) return;
  sum.refuted = e.refuted;
  sum.failed = e.failed;
  if (!e.sound()) {
    sum.what = std::move(e.what);
    if (e.refuted && !e.cases.empty()) sum.cases = {sum.cases.back()};
  }
}

}  // namespace

std::vector<exploration> explore_all(std::span<const subject> subjects, const division& d,
                                     const std::function<void(const progress&)>& tell) {
  struct pipe_signals {
    pipe_signals() { before = ::signal(SIGPIPE, SIG_IGN); }
    ~pipe_signals() { ::signal(SIGPIPE, before); }
    void (*before)(int);
  } quiet;

  std::vector<assembly> all(subjects.size());
  std::deque<part> queue;
  for (std::size_t n = 0; n < subjects.size(); ++n) queue.push_back({n, {}});
  progress now{.subjects = subjects.size()};
  const auto finished = [&](const assembly& a) {
    now.finished += a.over();
    if (!d.until_refuted || !a.sum.refuted) return;
    for (assembly& other : all) {
      if (other.over()) continue;
      other.sum.failed = failure_kind::left;
      other.sum.what = "Left, since another was refuted.";
    }
  };

  crew c(subjects, d);
  for (;;) {
    bool anyone = false, busy = false;
    for (crew::worker& w : c.workers()) {
      if (w.gone) continue;
      anyone = true;
      while (!w.busy_with && !queue.empty()) {
        part next = std::move(queue.front());
        queue.pop_front();
        assembly& a = all[next.subject];
        if (a.over()) {  // what is left of a subject that failed is not worth anything
          --a.outstanding;
          continue;
        }
        if (!send(w.orders, std::to_string(next.subject) + ' ' + to_text(next.from))) {
          queue.push_front(std::move(next));
          break;
        }
        w.busy_with = std::move(next);
      }
      busy = busy || w.busy_with.has_value();
    }
    if (!anyone || (!busy && queue.empty())) break;

    std::vector<pollfd> polls;
    for (const crew::worker& w : c.workers()) polls.push_back({w.gone ? -1 : w.answers, POLLIN, 0});
    if (::poll(polls.data(), polls.size(), 500) < 0 && errno != EINTR)
      throw failure(failure_kind::lost, "Waiting for workers failed.");
    for (std::size_t n = 0; n < polls.size(); ++n) {
      if (polls[n].revents == 0) continue;
      crew::worker& w = c.workers()[n];
      const std::optional<std::string> answer = receive(w.answers);
      exploration e;
      if (answer) {
        e = exploration_of(*answer);
      } else {
        e.failed = failure_kind::lost;
        e.what = "A worker process was " + crew::fate_of(w) + ".";
      }
      if (!w.busy_with) continue;
      const std::size_t which = w.busy_with->subject;
      w.busy_with.reset();
      assembly& a = all[which];
      const bool was_over = a.over();
      now.paths += e.done.paths + e.done.closed;
      now.solver_calls += e.done.solver_calls;
      --a.outstanding;
      for (prefix& p : e.remaining) {
        queue.push_back({which, std::move(p)});
        ++a.outstanding;
      }
      e.remaining.clear();
      add(a.sum, std::move(e));
      if (!was_over) finished(a);
    }
    now.parts_open = queue.size();
    if (tell) tell(now);
  }

  std::vector<exploration> results;
  for (assembly& a : all) {
    if (a.sum.sound() && a.outstanding != 0) {
      a.sum.failed = failure_kind::lost;
      a.sum.what = "No worker is left to explore the rest.";
    } else if (a.sum.sound() && !a.sum.done.seen.whole()) {
      a.sum.failed = failure_kind::lost;
      a.sum.what = "The parts do not add up to one whole: paths were lost, or explored twice.";
    }
    results.push_back(std::move(a.sum));
  }
  return results;
}

}  // namespace umbra::smt
