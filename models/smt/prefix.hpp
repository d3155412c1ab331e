// The first steps of a path, in a form that another process can repeat.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace umbra::smt {

enum class step_kind : char {
  fork = 'f',    ///< both ways are possible
  forced = 'o',  ///< only one is
  assumed = 'a',
  proved = 'p',
};

struct prefix_step {
  step_kind kind = step_kind::fork;
  bool taken = true;
  std::uint32_t hash = 0;   ///< of the condition: whoever repeats the path compares it
  std::uint64_t value = 0;  ///< that the condition is about, where the path chose it

  friend bool operator==(const prefix_step&, const prefix_step&) = default;
};

using prefix = std::vector<prefix_step>;

std::string to_text(const prefix&);
/// Throws `failure` for what to_text() did not write.
prefix prefix_of(std::string_view);

/// Forks on it: a path with n of them is one part in 2^n of the whole.
unsigned forks_of(const prefix&);

}  // namespace umbra::smt
