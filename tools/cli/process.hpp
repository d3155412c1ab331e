// Child processes: started in a group of their own, their output in a file, never left behind.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace umbra::tools {

struct command {
  std::vector<std::string> words;        ///< the program, looked up in PATH, and its arguments
  std::filesystem::path directory = {};  ///< where it runs; empty: here
  std::vector<std::pair<std::string, std::string>> environment = {};  ///< added to ours
  std::filesystem::path output = {};                                  ///< both streams go there; empty: they are ours
};

/// How a process ended: its exit status, or 128 + the signal that killed it.
using ending = int;

class process {
 public:
  /// Starts it; throws `error` if that is not possible.
  explicit process(const command&);
  process(process&&) noexcept;
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  process& operator=(process&&) = delete;
  /// Ends it, and all that it started, if it still runs.
  ~process();

  /// Its ending if it has one by now.
  std::optional<ending> poll();
  ending wait();
  /// What it has computed so far, and those of its children that it has waited for. Unlike time that passes, this does
  /// not depend on what else the machine does.
  double cpu_seconds() const;
  /// The same with all that its descendants have computed which still run, whatever group they have gone to.
  double family_cpu_seconds() const;
  /// Asks it to end (SIGTERM); `hard`: makes it (SIGKILL).
  void stop(bool hard = false);

 private:
  void reap(int options);

  pid_t pid_ = -1;
  std::optional<ending> ending_;
  double cpu_seconds_ = 0;  ///< once it has ended
};

/// How a process that was given so much to compute went.
struct limited_run {
  std::optional<ending> how;  ///< null: that was not enough, or it slept for too long
  double cpu_seconds = 0;
};
/// Runs it for at most so many seconds of a processor's time, then makes it end.
limited_run run_for(const command&, double cpu_seconds);

/// Runs to the end. On SIGINT or SIGTERM the child is ended and `error` thrown.
ending run(const command&);

/// From now on SIGINT and SIGTERM only make interrupted() true.
void catch_interrupts();
bool interrupted();

}  // namespace umbra::tools
