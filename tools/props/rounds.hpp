// Properties, run again and again with new seeds.
#pragma once

#include "tools/props/attempt.hpp"

namespace umbra::tools {

struct rounds_request {
  std::filesystem::path program, work;
  std::vector<std::string> properties;
  std::uint32_t seed = 1;  ///< of the first round; each further one counts one on
  unsigned count = 1000, size = 100;
  unsigned seconds = 0;  ///< after which no run begins; 0: one round
  unsigned jobs = 1;     ///< at a time
};

/// What one property came to.
struct property_result {
  std::string property;
  unsigned runs = 0;   ///< that ended, by themselves
  double seconds = 0;  ///< of those
  std::optional<counterexample> broken;
};

struct rounds_result {
  std::vector<property_result> properties;  ///< in the order of the request
  unsigned cut_short = 0;                   ///< runs that were ended, long after the time or by an interrupt
  double seconds = 0;
  bool interrupted = false;
};

/// A property that has failed is not run again.
rounds_result run_rounds(const rounds_request&);

}  // namespace umbra::tools
