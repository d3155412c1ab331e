// Random sequences of calls for the properties of small parts, which interpret the numbers so that any sequence means
// something. Shrinking drops steps and lowers numbers.
#pragma once

#include <cstdint>
#include <ostream>
#include <vector>

#include <rapidcheck.h>

namespace umbra::fuzz::properties {

struct step {
  unsigned verb = 0;
  std::uint32_t a = 0, b = 0, c = 0;
};

inline std::ostream& operator<<(std::ostream& out, const step& s) {
  return out << "step " << s.verb << '(' << s.a << ", " << s.b << ", " << s.c << ')';
}

/// Any number of steps with `verb` below `verbs` and numbers below 65536.
inline rc::Gen<std::vector<step>> steps(unsigned verbs) {
  const auto number = [](std::uint32_t end) {
    return rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint32_t>(0, end));
  };
  return rc::gen::container<std::vector<step>>(rc::gen::build<step>(
      rc::gen::set(&step::verb, number(verbs)), rc::gen::set(&step::a, number(65536)),
      rc::gen::set(&step::b, number(65536)), rc::gen::set(&step::c, number(65536))));
}

}  // namespace umbra::fuzz::properties
