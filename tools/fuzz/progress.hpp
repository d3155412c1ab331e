// The figures of a fuzzing session, and how people are shown them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "fuzz/world/tally.hpp"

namespace umbra::tools {

struct figures {
  std::uint64_t executions = 0;
  fuzz::tally counts{};
  std::uint64_t coverage = 0, features = 0, corpus = 0;
};

/// 1234567 as "1.23M".
std::string short_number(double);

/// Prints a line about the session: rewritten in place on a terminal, every ten seconds elsewhere.
class progress {
 public:
  progress();
  /// Called often; decides itself whether it is time for a line.
  void show(const figures&, double seconds, double left);
  /// Ends the line in progress, if there is one.
  void end();

 private:
  bool terminal_;
  bool open_ = false;
  double shown_ = 0;
  figures before_{};
};

}  // namespace umbra::tools
