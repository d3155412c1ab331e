// The number of the highest bit that is set in a word.
#pragma once

#include <word/word.hpp>

namespace umbra {

/// 0 for 0, too.
constexpr word highest_bit(word value) {
  word number{0};
  for (unsigned step = 32; step != 0; step /= 2) {
    const flag above = (value >> step) != word{0};
    number = number + when(above, step);
    value = select(above, value >> step, value);
  }
  return number;
}

}  // namespace umbra
