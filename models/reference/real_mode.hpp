// Real mode where virtual-8086 mode stands in for it, as it does in VMX without unrestricted guests (20.1, 20.2).
#pragma once

#include <word/word.hpp>

#include "core/x86/segment.hpp"

namespace umbra::reference {

/// Whether a segment register means in virtual-8086 mode what it means to a guest in real mode: 64 KiB from 16 times
/// its selector on, code, stack and addresses of 16 bits. Other limits, bases and sizes are left over from protected
/// mode.
inline flag means_the_same_in_virtual_8086_mode(word selector, word base, word limit, word rights) {
  const flag in_place = both(base == selector << 4, limit == word{0xffff});
  return both(in_place, negate(has(rights, x86::segment_rights::big)));
}

}  // namespace umbra::reference
