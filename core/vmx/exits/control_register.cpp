// MOV to and from CR0, CR3 and CR4, CLTS, LMSW (SDM table 28-3).

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
  if (!taken) return c.raise(vcpu::event::exception(x86::exception::protection, word{0}));
  c.advance();
  return next::run;
}

next write(cpu& c, word number, word value) {
  if (number == word{0}) return conclude(c, c.guest().write_cr0(value));
  if (number == word{3}) return conclude(c, c.guest().write_cr3(value));
  if (number == word{4}) return conclude(c, c.guest().write_cr4(value));
  return unknown(c);
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
  vcpu::general_registers& g = c.guest().general();
  const word cr0 = c.guest().registers().cr0();
  if (kind == word{mov_to}) {
    return write(c, number, select(c.in_64_bit_code(), g.get(general), g.get_32(general)));
  }
  if (kind == word{mov_from}) {
    // Reads of CR0 and CR4 come from the VMCS's shadows without an exit.
    if (number != word{3}) return unknown(c);
    g.set(general, c.guest().registers().cr3());
    c.advance();
    return next::run;
  }
  if (kind == word{clts}) return conclude(c, c.guest().write_cr0(cr0 & word{~x86::cr0::ts}));
  return conclude(c, c.guest().write_cr0(machine_status(cr0, field(q, source_at, source_bits))));
}

}  // namespace umbra::vmx::exits
