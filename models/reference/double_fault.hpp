// Two exceptions at once: handled one after the other, as a double fault, or as shutdown (6.15, tables 6-4 and 6-5).
#pragma once

#include <word/word.hpp>

#include "core/x86/exception.hpp"
#include "models/reference/event.hpp"

namespace umbra::reference {

/// A set of exceptions, a bit for each vector.
constexpr std::uint64_t bit(x86::exception e) { return std::uint64_t{1} << x86::vector_of(e); }
inline flag contains(word set, word vector) { return both(vector <= word{31}, has(set >> (vector & word{31}), 1)); }

/// Table 6-4. What is in neither class is benign, and so is every interrupt, NMI and software interrupt or exception.
constexpr std::uint64_t contributory = bit(x86::exception::divide) | bit(x86::exception::invalid_tss) |
                                       bit(x86::exception::not_present) | bit(x86::exception::stack) |
                                       bit(x86::exception::protection) | bit(x86::exception::control_protection);
constexpr std::uint64_t page_faults = bit(x86::exception::page_fault) | 1u << 20;  ///< and #VE

/// The exceptions that make a double fault of `first`, if they arise during its delivery (table 6-5).
inline word doubling(const event& first) {
  const flag exception = first.is(x86::event_type::hardware_exception);
  return when(both(exception, contains(word{contributory}, first.vector())), contributory) |
         when(both(exception, contains(word{page_faults}, first.vector())), contributory | page_faults);
}

/// Those that shut the processor down: any but benign ones, during the delivery of a double fault.
inline word shutting(const event& first) {
  const flag double_fault = first.vector() == word{x86::vector_of(x86::exception::double_fault)};
  return when(both(first.is(x86::event_type::hardware_exception), double_fault), contributory | page_faults);
}

struct combination {
  flag double_fault = flag(false);
  flag shutdown = flag(false);
};

/// Exception `second` arises while `first` is being delivered.
inline combination combine(const event& first, word second) {
  return {.double_fault = contains(doubling(first), second), .shutdown = contains(shutting(first), second)};
}

}  // namespace umbra::reference
