// How rapidcheck makes, shrinks and prints programs.
#pragma once

#include <ostream>

#include <rapidcheck.h>

#include "fuzz/ops/text.hpp"
#include "fuzz/properties/draw.hpp"
#include "fuzz/properties/simpler.hpp"

namespace umbra::fuzz {

/// Found by argument-dependent lookup.
inline void showValue(const program& p, std::ostream& out) { out << '\n' << to_text(p); }

}  // namespace umbra::fuzz

namespace umbra::fuzz::properties {

/// Programs made by `draw(seed, length)`; longer ones come later in a run.
template <class Draw>
rc::Gen<program> programs(Draw draw) {
  return [draw](const rc::Random& random, int size) {
    return rc::shrinkable::shrinkRecur(draw(rc::Random(random).next(), 1 + static_cast<unsigned>(size)), &simpler);
  };
}

}  // namespace umbra::fuzz::properties

template <>
struct rc::Arbitrary<umbra::fuzz::program> {
  /// Programs that are worth running.
  static Gen<umbra::fuzz::program> arbitrary() {
    return umbra::fuzz::properties::programs(&umbra::fuzz::properties::draw);
  }
};
