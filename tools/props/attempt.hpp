// One property, run with one seed: a process of the property program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/cli/process.hpp"

namespace umbra::tools {

/// What makes a run of a property repeatable.
struct property_run {
  std::string property;    ///< SUITE.NAME
  std::uint32_t seed = 1;  ///< of the first case; each case draws from where the one before stopped
  unsigned count = 1000;   ///< cases
  unsigned size = 100;     ///< of the last case; they grow from 0
};

/// Of a property that does not hold.
struct counterexample {
  property_run run;
  std::string why;                    ///< one line
  std::vector<std::string> programs;  ///< as text; none if the property is not about programs
  bool shrunk = true;                 ///< false if the process died, and nobody could make them simpler
  std::string report;                 ///< all that was said
};

class attempt {
 public:
  /// `work` is an existing directory, where the files of one attempt at a time are.
  attempt(const std::filesystem::path& program, const std::filesystem::path& work, const std::string& name,
          const property_run&);

  const property_run& run() const { return run_; }
  std::optional<ending> poll() { return process_->poll(); }
  /// After the end: null if the property holds. Throws `error` if the program has no such property.
  std::optional<counterexample> verdict();

 private:
  counterexample death(ending) const;

  property_run run_;
  std::filesystem::path log_, report_, running_;
  std::optional<process> process_;
};

/// SUITE.NAME of every property that a program has, in order.
std::vector<std::string> properties_of(const std::filesystem::path& program, const std::filesystem::path& work);

}  // namespace umbra::tools
