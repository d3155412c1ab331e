// One event on its way to the guest, in the terms of VMX.
#pragma once

#include <word/word.hpp>

#include "core/x86/event.hpp"
#include "core/x86/exception.hpp"

namespace umbra::vcpu {

struct event {
  word vector{};
  word type{};  ///< x86::event_type
  flag has_error_code{};
  word error_code{};
  word instruction_length{};  ///< for events that an instruction asked for

  static event of(x86::event_type t, word vector) { return {.vector = vector, .type = number_of(t)}; }
  static event exception(x86::exception e) { return of(x86::event_type::hardware_exception, word{x86::vector_of(e)}); }
  static event exception(x86::exception which, word error_code) {
    event e = exception(which);
    e.has_error_code = true;
    e.error_code = error_code;
    return e;
  }
  static event external_interrupt(word vector) { return of(x86::event_type::external_interrupt, vector); }
  static event nmi() { return of(x86::event_type::nmi, word{x86::vector_of(x86::exception::nmi)}); }

  flag is(x86::event_type t) const { return type == number_of(t); }
  /// Whether it is this exception, raised by hardware.
  flag is(x86::exception) const;
  /// Whether hardware raises it before the instruction, but for #DB, which may come either way (SDM 6.5, 6.15).
  flag faults() const;
  /// Whether an instruction asked for it: INT n, INT3, INTO, INT1.
  flag by_software() const;
  /// Whether VM entry takes it (SDM 27.2.1.3). No processor reports another one.
  flag deliverable() const;

  /// As protected mode delivers it: real mode raises exceptions without the error code that they have there (SDM 6.13).
  event in_protected_mode() const;

  /// As the VMCS holds it (SDM 25.8.3), and back.
  word packed() const;
  static event unpacked(word, word error_code, word instruction_length);

 private:
  /// Whether the vector is one that pushes an error code.
  flag wants_code() const;
  static constexpr word number_of(x86::event_type t) { return word{static_cast<std::uint64_t>(t)}; }
};

}  // namespace umbra::vcpu
