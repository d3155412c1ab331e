// Debug exceptions, and a VMM that debugs its guest.

#include "core/x86/debug.hpp"
#include "core/vmx/cpu.hpp"
#include "core/x86/event.hpp"
#include "core/x86/interruptibility.hpp"
#include "core/x86/vmx_controls.hpp"

namespace umbra::vmx {

bool cpu::set_guest_debug(const vcpu::guest_debug& wanted) {
  if (wanted.single_step && !controls_.can_step) return false;
  debug_ = wanted;
  stepped_ = false;
  set_processor_control(x86::processor_control::monitor_trap_flag, wanted.single_step);
  set_intercepted(x86::exception::breakpoint, wanted.software_breakpoints);
  debug_changed();
  return true;
}

/// DR7 as the guest runs with it. What GD guards exits anyway, before hardware looks at it.
word cpu::dr7_in_force() const {
  if (!debug_.hardware_breakpoints) return guest_.state().dr7;
  return (debug_.dr7 & word{x86::dr7::writable & ~x86::dr7::gd}) | word{x86::dr7::ones};
}

void cpu::debug_changed() { vmcs_.write<x86::vmcs::guest_dr7>(dr7_in_force()); }

bool cpu::breakpoints(std::array<word, 4>& out) const {
  if (!has(dr7_in_force(), x86::dr7::breakpoints)) return false;
  out = debug_.hardware_breakpoints ? debug_.breakpoint : guest_.state().breakpoint;
  return true;
}

next cpu::leave_for_debug(x86::exception which, word causes) {
  vmx::request r{.kind = request_kind::debug};
  r.debug.vector = word{x86::vector_of(which)};
  r.debug.pc = vmcs_.read<x86::vmcs::guest_cs_base>() + guest_.general().rip;
  r.debug.dr6 = causes | word{x86::dr6::ones};
  r.debug.dr7 = dr7_in_force();
  return leave(r);
}

next cpu::raise_debug(word causes) {
  using enum x86::vmcs;
  if (debug_.hardware_breakpoints && has(causes, x86::dr6::breakpoints)) {
    // The guest's own trap is still due.
    if (has(causes, x86::dr6::bs)) trap_after_instruction();
    return leave_for_debug(x86::exception::debug, causes);
  }
  // What the processor does as it delivers the exception, VM entry does not (SDM 18.2, 18.4.3, 27.6.1).
  vcpu::register_set& s = guest_.state();
  s.dr6 = (s.dr6 & word{~x86::dr6::breakpoints}) | causes;
  s.dr7 = s.dr7 & word{~x86::dr7::gd};
  // What GD guards has not been executed (SDM 17.3.1.1).
  s.general.rflags = s.general.rflags | when(has(causes, x86::dr6::bd), x86::rflags::rf);
  debug_changed();
  vmcs_.write<guest_debugctl>(vmcs_.read<guest_debugctl>() & word{~x86::debugctl::btf});
  // A delivery ends what STI and MOV SS block; were it still there, a step trap would have to be pending (27.3.1.5).
  s.blocking = s.blocking & word{~x86::interruptibility::shadow};
  return raise(vcpu::event::exception(x86::exception::debug));
}

bool cpu::set_debug_registers(const std::array<word, 4>& breakpoint, word dr6, word dr7) {
  vcpu::register_set s = guest_.state();
  if (!vcpu::write_debug(s, word{6}, dr6) || !vcpu::write_debug(s, word{7}, dr7)) return false;
  s.breakpoint = breakpoint;
  guest_.state() = s;
  debug_changed();
  return true;
}

}  // namespace umbra::vmx
