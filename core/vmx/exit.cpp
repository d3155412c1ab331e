// From a VM exit back to the guest's state, and what handlers do to it.

#include <word/array.hpp>

#include "core/vmx/cpu.hpp"
#include "core/vmx/dispatch.hpp"
#include "core/vmx/real_mode.hpp"
#include "core/x86/control.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/event.hpp"
#include "core/x86/exit_reason.hpp"
#include "core/x86/interruptibility.hpp"
#include "core/x86/segment.hpp"

namespace umbra::vmx {

next cpu::exited(bool entered) {
  using enum x86::vmcs;
  segments_changed();
  if (!entered) {
    return leave({.kind = request_kind::fail_entry, .reason = vmcs_.read<instruction_error>()});
  }
  const word reason = vmcs_.read<exit_reason>();
  // The guest did not run, and its state is as the VMM left it.
  if (has(reason, x86::exit_reason_field::entry_failed)) return dispatch(*this, reason);
  count_exit(reason);
  const next how = answer_exit(reason);
  if (how == next::run) ++counters_.light_exits;
  return how;
}

void cpu::count_exit(word reason) {
  const word basic = field(reason, 0, x86::exit_reason_field::basic_bits);
  if (basic < word{x86::exit_reason_limit}) {
    ++at(counters_.exits, basic);
  } else {
    ++counters_.other_exits;
  }
}

next cpu::answer_exit(word reason) {
  using enum x86::vmcs;
  vcpu::register_set& s = guest_.state();
  s.general.rip = vmcs_.read<guest_rip>();
  s.general.set(word{vcpu::general::rsp}, vmcs_.read<guest_rsp>());
  const word flags = vmcs_.read<guest_rflags>();
  s.general.rflags = disguised_ ? real_mode::reveal_flags(flags, s.general.rflags) : flags;
  s.blocking = vmcs_.read<guest_interruptibility>();
  guest_.take_over(vmcs_.read<guest_cr0>(), vmcs_.read<guest_cr4>());
  if (!account_for_events()) return leave(internal_error::delivery);

  // An IRET that faults has ended the blocking of NMIs already. If it is to be executed again, then with NMIs blocked;
  // if the guest handles the fault, it does so without (SDM 28.2.3, 31.7.1.2).
  if (!nmi_unblocked_by_iret()) return dispatch(*this, reason);
  s.blocking = s.blocking | word{x86::interruptibility::by_nmi};
  const next how = dispatch(*this, reason);
  if (guest_.events().pending()) s.blocking = s.blocking & word{~x86::interruptibility::by_nmi};
  return how;
}

bool cpu::has_run() const {
  return !static_cast<bool>(has(vmcs_.read<x86::vmcs::exit_reason>(), x86::exit_reason_field::entry_failed));
}

vmx::host_event cpu::host_event() const {
  using enum x86::vmcs;
  const word reason = field(vmcs_.read<exit_reason>(), 0, x86::exit_reason_field::basic_bits);
  const auto is = [&reason](x86::exit_reason r) { return reason == word{static_cast<std::uint64_t>(r)}; };
  if (is(x86::exit_reason::machine_check)) return host_event::machine_check;
  if (!is(x86::exit_reason::exception_or_nmi)) return host_event::none;
  const vcpu::event e = vcpu::event::unpacked(vmcs_.read<exit_event>(), word{0}, word{0});
  if (e.type == word{static_cast<std::uint64_t>(x86::event_type::nmi)}) return host_event::nmi;
  if (e.vector == word{x86::vector_of(x86::exception::machine_check)}) return host_event::machine_check;
  return host_event::none;
}

flag cpu::nmi_unblocked_by_iret() const {
  using enum x86::vmcs;
  using namespace x86::event_field;
  const word info = vmcs_.read<exit_event>();
  // The bit is undefined of double faults, and where an event was being delivered.
  const flag defined = both(field(info, 0, vector_bits) != word{x86::vector_of(x86::exception::double_fault)},
                            negate(has(vmcs_.read<vectoring_event>(), valid)));
  return both(flag{controls_.has_virtual_nmis()}, both(defined, has_all(info, valid | nmi_unblocked)));
}

/// What was chosen has been delivered, or has begun to be.
void cpu::conclude_events() {
  guest_.delivered(delivery_);
  switch (delivery_.source) {
    case vcpu::event_source::none:
      break;
    case vcpu::event_source::exception:
      ++counters_.exceptions;
      break;
    case vcpu::event_source::nmi:
      ++counters_.nmis;
      break;
    case vcpu::event_source::interrupt:
      ++counters_.interrupts;
      break;
  }
  delivery_ = {};
}

/// The entry has delivered its event, unless the exit came in the middle of that (SDM 25.9.3): then the event waits
/// again. False: what was being delivered is nothing that umbra has given the guest, or a processor delivers.
bool cpu::account_for_events() {
  using enum x86::vmcs;
  const vcpu::delivery entered = delivery_;
  conclude_events();
  const word info = vmcs_.read<vectoring_event>();
  in_delivery_ = has(info, x86::event_field::valid);
  if (!in_delivery_) return true;
  const vcpu::event e =
      vcpu::event::unpacked(info, vmcs_.read<vectoring_error_code>(), vmcs_.read<instruction_length>());
  if (!e.deliverable()) return false;
  const flag from_outside = either(e.is(x86::event_type::external_interrupt), e.is(x86::event_type::nmi));
  const flag given = both(flag{entered.source != vcpu::event_source::none},
                          both(e.type == entered.event.type, e.vector == entered.event.vector));
  if (both(from_outside, negate(given))) return false;
  ++counters_.taken_back;
  guest_.take_back(e);
  return true;
}

flag cpu::in_64_bit_code() const {
  return both(has(guest_.registers().efer(), x86::efer::lma),
              has(vmcs_.read<x86::vmcs::guest_cs_rights>(), x86::segment_rights::long_mode));
}

vcpu::mode_segments cpu::mode_segments() const {
  return vcpu::mode_segments::of(vmcs_.read<x86::vmcs::guest_cs_rights>(), vmcs_.read<x86::vmcs::guest_tr_rights>());
}

void cpu::set_processor_control(std::uint32_t bit, bool on) {
  const std::uint32_t wanted = on ? processor_controls_ | bit : processor_controls_ & ~bit;
  if (wanted == processor_controls_) return;
  processor_controls_ = wanted;
  vmcs_.write<x86::vmcs::processor_controls>(wanted);
}

void cpu::set_intercepted(x86::exception e, bool on) {
  const std::uint32_t bit = std::uint32_t{1} << x86::vector_of(e);
  exception_bitmap_ = on ? exception_bitmap_ | bit : exception_bitmap_ & ~bit;
  write_exception_bitmap();
}

void cpu::advance() {
  using enum x86::vmcs;
  vcpu::general_registers& g = guest_.general();
  const word behind = g.rip + (served_length_ != 0 ? word{served_length_} : vmcs_.read<instruction_length>());
  g.rip = select(in_64_bit_code(), behind, field(behind, 0, 32));
  g.rflags = g.rflags & word{~x86::rflags::rf};  // it is for one instruction (SDM 17.3.1.1)
  // What STI and MOV SS block ends with the next instruction, and single-stepping traps after each (SDM 27.3.1.5).
  word& blocking = guest_.state().blocking;
  blocking = blocking & word{~x86::interruptibility::shadow};
  if (has(g.rflags, x86::rflags::tf)) trap_after_instruction();
  stepped_ = debug_.single_step;
}

void cpu::trap_after_instruction() {
  using enum x86::vmcs;
  // With BTF it is branches that trap, and none of them exits (SDM 18.4.3).
  if (has(vmcs_.read<guest_debugctl>(), x86::debugctl::btf)) return;
  vmcs_.write<guest_pending_debug>(vmcs_.read<guest_pending_debug>() | word{x86::pending_debug::single_step});
}

word cpu::cpl() const { return select(has(guest_.registers().cr0(), x86::cr0::pe), vmcs_.cpl(), word{0}); }

/// VM entry pushes RFLAGS as it finds them. RF is for faults: the instruction comes again, an instruction breakpoint on
/// it must not (SDM 17.3.1.1).
next cpu::raise(const vcpu::event& e) {
  word& flags = guest_.general().rflags;
  flags = flags | when(e.faults(), x86::rflags::rf);
  if (guest_.events().raise(e)) return next::run;
  return leave({.kind = request_kind::shutdown});
}

next cpu::undefined() { return raise(vcpu::event::exception(x86::exception::undefined)); }
next cpu::refuse() { return raise(vcpu::event::exception(x86::exception::protection, word{0})); }

next cpu::halt() {
  if (either(guest_.wakes(), trap_pending())) return next::run;
  guest_.set_halted(true);
  return leave({.kind = request_kind::hlt});
}

next cpu::leave(const vmx::request& r) {
  ++counters_.left[static_cast<unsigned>(r.kind)];
  request_ = r;
  return next::leave;
}

}  // namespace umbra::vmx
