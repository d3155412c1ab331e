// Values that memory-type fields may hold (11.11.2.1, 11.12.2).
#pragma once

#include <word/word.hpp>

#include "core/x86/msr.hpp"

namespace umbra::reference {

/// Each byte is a memory type of IA32_PAT (table 11-10): 0, 1 or 4 to 7. So bits 7:3 are 0, and bit 1 comes only with
/// bit 2.
inline flag are_pat_types(word value) {
  constexpr std::uint64_t each = 0x0101'0101'0101'0101;
  return both((value & word{0xf8 * each}) == word{0}, (value >> 1 & ~(value >> 2) & word{each}) == word{0});
}

/// Each byte is a memory type of an MTRR (table 11-8): as above, but not 7, UC-.
inline flag are_mtrr_types(word value) {
  constexpr std::uint64_t each = 0x0101'0101'0101'0101;
  return both(are_pat_types(value), (value & (value >> 1) & (value >> 2) & word{each}) == word{0});
}

}  // namespace umbra::reference
