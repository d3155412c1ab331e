// MOV to and from debug registers (SDM table 28-4). The exit comes before checks of the privilege level and of CR4.DE
// (SDM 26.1.3).

#include "core/vcpu/debug_registers.hpp"
#include "core/vmx/exits/handlers.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/event.hpp"

namespace umbra::vmx::exits {

namespace {

constexpr unsigned register_bits = 3, general_at = 8, general_bits = 4;
constexpr std::uint64_t from = 1u << 4;

next move(cpu& c, word q) {
  vcpu::register_set& s = c.guest().state();
  const word number = field(q, 0, register_bits), general = field(q, general_at, general_bits);
  const flag wide = c.in_64_bit_code();
  if (has(q, from)) {
    const word value = read_debug(s, number);
    s.general.set(general, select(wide, value, field(value, 0, 32)));
  } else {
    if (!write_debug(s, number, select(wide, s.general.get(general), s.general.get_32(general)))) {
      return c.refuse();
    }
    c.debug_changed();
  }
  c.advance();
  return next::run;
}

}  // namespace

next debug_register(cpu& c) {
  const word q = c.vmcs().read<x86::vmcs::exit_qualification>();
  const vcpu::control_registers& r = c.guest().registers();
  const flag privileged = c.cpl() == word{0};
  switch (may_move_debug(c.guest().state(), field(q, 0, register_bits), has(r.cr4(), x86::cr4::de), privileged)) {
    case vcpu::debug_move::done:
      return move(c, q);
    case vcpu::debug_move::undefined:
      return c.undefined();
    case vcpu::debug_move::refused:
      return c.refuse();
    case vcpu::debug_move::guarded:
      break;
  }
  return c.raise_debug(word{x86::dr6::bd});
}

}  // namespace umbra::vmx::exits
