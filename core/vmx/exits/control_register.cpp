// MOV to and from control registers, CLTS, LMSW (SDM table 28-3).

#include "core/vmx/exits/handlers.hpp"
#include "core/x86/control.hpp"
#include "core/x86/event.hpp"

namespace umbra::vmx::exits {

namespace {

// The exit qualification.
constexpr unsigned register_bits = 4, kind_at = 4, kind_bits = 2, general_at = 8, general_bits = 4, source_at = 16,
                   source_bits = 16;
constexpr std::uint64_t mov_to = 0, mov_from = 1, clts = 2;  // the fourth is LMSW

/// Ends an instruction that writes a control register.
next conclude(cpu& c, bool taken) {
  if (!taken) return c.refuse();
  c.advance();
  return next::run;
}

/// The task priority. Who holds interrupts back for its sake is the VMM, which has the interrupt controller.
next write_cr8(cpu& c, word value) {
  if (!vcpu::valid_priority(value)) return c.refuse();
  word& priority = c.guest().state().cr8;
  const flag lowered = value < priority;
  priority = value;
  c.advance();
  if (lowered) return c.leave({.kind = request_kind::set_tpr});
  return next::run;
}

next write(cpu& c, word number, word value) {
  if (number == word{0}) return conclude(c, c.guest().write_cr0(value, c.mode_segments()));
  if (number == word{2}) {
    c.guest().general().cr2 = value;
    return conclude(c, true);
  }
  if (number == word{3}) return conclude(c, c.guest().write_cr3(value));
  if (number == word{4}) return conclude(c, c.guest().write_cr4(value));
  if (number == word{8}) return write_cr8(c, value);
  return c.undefined();  // there is no such register; hardware says so by itself
}

/// Of the five, hardware answers for CR0, CR2 and CR4 by itself.
next read(cpu& c, word number, word general) {
  const vcpu::control_registers& registers = c.guest().registers();
  vcpu::general_registers& g = c.guest().general();
  word value{};
  if (number == word{0}) {
    value = registers.cr0();
  } else if (number == word{2}) {
    value = g.cr2;
  } else if (number == word{3}) {
    value = registers.cr3();
  } else if (number == word{4}) {
    value = registers.cr4();
  } else if (number == word{8}) {
    value = c.guest().state().cr8;
  } else {
    return c.undefined();
  }
  g.set(general, select(c.in_64_bit_code(), value, field(value, 0, 32)));
  c.advance();
  return next::run;
}

/// LMSW sets or clears MP, EM and TS, and sets PE but never clears it.
word machine_status(word cr0, word source) {
  constexpr std::uint64_t settable = x86::cr0::mp | x86::cr0::em | x86::cr0::ts;
  return (cr0 & word{~settable}) | (source & word{settable | x86::cr0::pe});
}

}  // namespace

next control_register(cpu& c) {
  const word q = c.vmcs().read<x86::vmcs::exit_qualification>();
  const word number = field(q, 0, register_bits), kind = field(q, kind_at, kind_bits),
             general = field(q, general_at, general_bits);
  const vcpu::general_registers& g = c.guest().general();
  const word cr0 = c.guest().registers().cr0();
  if (kind == word{mov_to}) {
    return write(c, number, select(c.in_64_bit_code(), g.get(general), g.get_32(general)));
  }
  if (kind == word{mov_from}) return read(c, number, general);
  if (kind == word{clts}) return conclude(c, c.guest().write_cr0(cr0 & word{~x86::cr0::ts}));
  return conclude(c, c.guest().write_cr0(machine_status(cr0, field(q, source_at, source_bits))));
}

}  // namespace umbra::vmx::exits
