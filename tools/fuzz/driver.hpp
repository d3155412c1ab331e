// What a job does in one way with one engine and in another with the next.
#pragma once

#include <memory>

#include "tools/fuzz/job.hpp"

namespace umbra::tools {

class driver {
 public:
  virtual ~driver() = default;

  /// The process to start; what every target wants to know is in its environment already.
  virtual void prepare(command&) = 0;
  /// What the engine says of itself now.
  virtual engine_status status() const = 0;
  /// After the end: null if nothing was found. `shown` is what the target showed last.
  virtual std::optional<finding_report> finding(ending, const fuzz::live& shown) = 0;
  /// Gives the corpus what the engine keeps elsewhere.
  virtual void exchange() {}
};

std::unique_ptr<driver> drive_libfuzzer(const job_request&, const std::filesystem::path& log);
std::unique_ptr<driver> drive_afl(const job_request&, const std::filesystem::path& log);

}  // namespace umbra::tools
