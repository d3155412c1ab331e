// One running libFuzzer process: how it is started, what it shows while it runs, what it leaves when it ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/targets/live.hpp"
#include "tools/fuzz/crash.hpp"

namespace umbra::tools {

struct job_request {
  std::filesystem::path binary;
  std::filesystem::path work;                     ///< an existing directory for the log, the live page and findings
  std::string name;                               ///< of its files there
  std::filesystem::path corpus = {};              ///< new inputs are kept here
  std::vector<std::filesystem::path> seeds = {};  ///< directories that are only read
  unsigned seconds = 60;
  std::uint32_t seed = 1;
  std::vector<std::string> flags = {};  ///< further ones for libFuzzer
};

/// What libFuzzer says of itself in its log.
struct engine_status {
  std::uint64_t coverage = 0, features = 0, corpus = 0;
};

class job {
 public:
  explicit job(const job_request&);
  job(const job&) = delete;
  job& operator=(const job&) = delete;
  ~job();

  std::optional<ending> poll() { return process_->poll(); }
  void stop(bool hard = false) { process_->stop(hard); }
  double cpu_seconds() const { return process_->cpu_seconds(); }

  /// A copy of what the target shows now.
  fuzz::live live() const;
  /// From what its log says now.
  engine_status engine() const;
  /// After the end: null if it ended well.
  std::optional<finding_report> finding();
  std::filesystem::path log() const { return log_; }

 private:
  std::filesystem::path log_, live_path_;
  const fuzz::live* live_ = nullptr;
  std::optional<process> process_;
};

}  // namespace umbra::tools
