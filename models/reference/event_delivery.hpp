// What the next VM entry must inject after an exit that interrupted the delivery of an event, or that was an exception
// (28.2.4, 33.7.1.1, 33.7.1.2).
#pragma once

#include <word/word.hpp>

#include "models/reference/double_fault.hpp"
#include "models/reference/event.hpp"

namespace umbra::reference {

/// The hypervisor has dealt with the exit, and the guest is not to notice: the event is injected again as it was. Bit
/// 12 and other bits of the vectoring field that are undefined there are reserved at entry.
inline event injected_again(const event& vectoring) {
  const std::uint64_t kept = bits(7, 0) | bits(10, 8) | x86::event_field::has_error_code | x86::event_field::valid;
  const flag valid = vectoring.valid();
  return {.information = select(valid, vectoring.information & word{kept}, word{0}),
          .error_code = select(both(valid, vectoring.has_error_code()), vectoring.error_code, word{0}),
          .length = select(is_software(vectoring), vectoring.length, word{0})};
}

/// What becomes of an exception that the guest is to get.
struct reflection {
  event injected{};              ///< the exception itself or #DF; not valid if `shutdown`
  flag shutdown = flag(false);   ///< a triple fault
  flag interrupt = flag(false);  ///< an external interrupt that was being delivered: it has been acknowledged, must not
                                 ///< be lost, and is delivered afterwards, vector `lost`
  flag nmi = flag(false);  ///< likewise an NMI
  word lost{};
};

/// Exception `second` for a guest while `first` was being delivered (`first` need not be valid). A benign `first` that
/// is an exception or a software interrupt comes again by itself, since its instruction is executed again.
inline reflection reflect(const event& first, word second, word error_code, flag real_mode) {
  const combination both_faults = combine(first, second);
  const word double_fault{x86::vector_of(x86::exception::double_fault)};
  const word vector = select(both_faults.double_fault, double_fault, second);
  event due = hardware_exception(vector, select(both_faults.double_fault, word{0}, error_code), real_mode);
  due.information = select(both_faults.shutdown, word{0}, due.information);
  const flag interrupt = both(first.is(x86::event_type::external_interrupt), negate(both_faults.shutdown));
  const flag nmi = both(first.is(x86::event_type::nmi), negate(both_faults.shutdown));
  return {.injected = due,
          .shutdown = both_faults.shutdown,
          .interrupt = interrupt,
          .nmi = nmi,
          .lost = select(either(interrupt, nmi), first.vector(), word{0})};
}

}  // namespace umbra::reference
