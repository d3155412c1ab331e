// Two exceptions at once: handled one after the other, as a double fault, or as shutdown (6.15, tables 6-4 and 6-5).
#pragma once

#include <word/word.hpp>

#include "core/x86/exception.hpp"
#include "models/reference/event.hpp"

namespace umbra::reference {

/// Table 6-4. What is in neither class is benign, and so is every interrupt, NMI and software interrupt or exception.
inline flag is_contributory(word vector) {
  using enum x86::exception;
  constexpr auto bit = [](x86::exception e) { return std::uint64_t{1} << x86::vector_of(e); };
  constexpr std::uint64_t set =
      bit(divide) | bit(invalid_tss) | bit(not_present) | bit(stack) | bit(protection) | bit(control_protection);
  return both(vector <= word{31}, has(word{set} >> (vector & word{31}), 1));
}
inline flag is_page_fault(word vector) {  // #VE is the other one
  return either(vector == word{x86::vector_of(x86::exception::page_fault)}, vector == word{20});
}

struct combination {
  flag double_fault = flag(false);
  flag shutdown = flag(false);
  flag serial() const { return negate(either(double_fault, shutdown)); }
};

/// Exception `second` arises while `first` is being delivered.
inline combination combine(const event& first, word second) {
  const flag exception = first.is(x86::event_type::hardware_exception);
  const flag grave = either(is_contributory(second), is_page_fault(second));
  const flag in_double_fault = both(exception, first.vector() == word{x86::vector_of(x86::exception::double_fault)});
  const flag in_contributory = both(exception, is_contributory(first.vector()));
  const flag in_page_fault = both(exception, is_page_fault(first.vector()));
  return {.double_fault = either(both(in_contributory, is_contributory(second)), both(in_page_fault, grave)),
          .shutdown = both(in_double_fault, grave)};
}

}  // namespace umbra::reference
