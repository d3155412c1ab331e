// From the guest's state to a VM entry.

#include "core/vmx/cpu.hpp"
#include "core/vmx/real_mode.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::vmx {

next cpu::prepare() {
  using enum x86::vmcs;
  if (waits()) forget();
  if (stepped_) {
    stepped_ = false;
    return leave_for_debug(x86::exception::debug, word{x86::dr6::bs});
  }
  if (const next n = make_enterable(); n != next::run) return n;
  if (guest_.enter() == mmu::verdict::shutdown) return leave({.kind = request_kind::shutdown});
  const bool wide = guest_.context().mode.format == mmu::paging::level4;
  vmcs_.write<entry_controls>(entry_controls_ | (wide ? x86::entry_control::guest_64_bit : 0));

  const vcpu::general_registers& g = guest_.general();
  vmcs_.write<guest_rip>(g.rip);
  vmcs_.write<guest_rsp>(g.get(word{vcpu::general::rsp}));
  vmcs_.write<guest_rflags>(disguised_ ? real_mode::disguise_flags(g.rflags) : g.rflags);
  write_event();
  return next::run;
}

void cpu::write_event() {
  using enum x86::vmcs;
  const vcpu::event_queue& queue = guest_.events();
  if (!queue.pending()) {
    vmcs_.write<entry_event>(word{0});
    return;
  }
  vmcs_.write<entry_event>(queue.next().packed());
  vmcs_.write<entry_error_code>(queue.next().error_code);
  vmcs_.write<entry_instruction_length>(queue.next().instruction_length);
}

}  // namespace umbra::vmx
