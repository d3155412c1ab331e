// Canonical linear addresses (SDM volume 1, section 3.3.7.1).
#pragma once

#include <word/word.hpp>

namespace umbra::x86 {

/// Whether bits 63:48 are copies of bit 47.
constexpr flag canonical(word address) {
  const word top = field(address, 47, 17);
  return either(top == word{0}, top == word{0x1ffff});
}

}  // namespace umbra::x86
