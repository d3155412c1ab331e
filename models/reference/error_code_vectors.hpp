// Which exceptions push an error code (table 6-1).
#pragma once

#include <word/word.hpp>

#include "core/x86/exception.hpp"

namespace umbra::reference {

/// #DF, #TS, #NP, #SS, #GP, #PF, #AC, and #CP where there is CET; outside real mode (6.13, 20.1.4).
inline flag pushes_error_code(word vector, flag cet = flag(false)) {
  using enum x86::exception;
  constexpr auto bit = [](x86::exception e) { return std::uint64_t{1} << x86::vector_of(e); };
  constexpr std::uint64_t vectors = bit(double_fault) | bit(invalid_tss) | bit(not_present) | bit(stack) |
                                    bit(protection) | bit(page_fault) | bit(alignment);
  const word all = word{vectors} | when(cet, bit(control_protection));
  return both(vector <= word{31}, has(all >> (vector & word{31}), 1));
}

}  // namespace umbra::reference
