// Canonical addresses (SDM volume 1, section 3.3.7.1), for 48 bits of linear address.
#pragma once

#include <word/word.hpp>

#include "models/reference/formats.hpp"

namespace umbra::reference {

/// Bits 63 to 47 are the same.
inline flag canonical(word address) {
  const word high = address & bits(63, 47);
  return either(high == word{0}, high == word{bits(63, 47)});
}

}  // namespace umbra::reference
