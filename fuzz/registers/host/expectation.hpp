// What the reference model says of a trial.
#pragma once

#include <string>

#include "fuzz/registers/shared/processor.hpp"
#include "fuzz/registers/shared/trial.hpp"

namespace umbra::registercheck {

/// Exceptions that are legal, and what is to be seen if there is none.
struct expectation {
  std::uint32_t faults = 0;  ///< a bit for each vector
  bool completes = true;     ///< no exception is legal
  bool value_counts = false;
  std::uint64_t value = 0;
  std::uint64_t dr6 = 0, dr7 = 0;

  /// What is wrong with an outcome; empty if nothing is.
  std::string judge(const trial& t, const outcome& o) const;
};

expectation expect(const processor& p, const trial& t);

}  // namespace umbra::registercheck
