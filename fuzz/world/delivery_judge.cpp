// What VM entry delivers of all that waits, and which windows it asks for (I16).
#include "core/x86/control.hpp"
#include "core/x86/event.hpp"
#include "core/x86/exception.hpp"
#include "core/x86/interruptibility.hpp"
#include "core/x86/vmx_controls.hpp"
#include "fuzz/world/world.hpp"
#include "models/reference/double_fault.hpp"
#include "models/reference/event_delivery.hpp"
#include "models/reference/interruptibility.hpp"

namespace umbra::fuzz {

namespace {

using ull = unsigned long long;
using enum x86::vmcs;
using x86::event_type;

reference::event event_of(const machine::injection& e) { return {e.information, e.error_code, e.instruction_length}; }

reference::interrupt_state interrupt_state_of(const machine::processor& cpu) {
  return {.rflags = cpu.read_register(guest_rflags),
          .interruptibility = cpu.read_register(guest_interruptibility),
          .activity = cpu.read_register(guest_activity)};
}

}  // namespace

/// Whether an event waits that ends HLT (volume 2, HLT).
bool world::has_to_wake(unsigned id) const {
  const vcpu::register_set& r = guest(id).state();
  const reference::interrupt_state s{
      .rflags = r.general.rflags, .interruptibility = r.blocking, .activity = x86::activity::hlt};
  const event_ledger& sent = sent_[id];
  return due_[id].information != 0 || (sent.least_nmis() != 0 && reference::takes_nmis(s)) ||
         (sent.highest() != event_ledger::none && reference::takes_interrupts(s));
}

/// Before check_injection() counts it as begun.
void world::judge_delivery(unsigned id) {
  const machine::processor& cpu = machine_->cpu(id);
  const reference::event got = event_of(cpu.injected());
  const flag is_nmi = got.is(event_type::nmi), is_interrupt = got.is(event_type::external_interrupt);
  reference::interrupt_state s = interrupt_state_of(cpu);
  // The processor has blocked further NMIs with the one that it delivers.
  if (is_nmi) s.interruptibility &= ~std::uint64_t{x86::interruptibility::by_nmi};
  const event_ledger& sent = sent_[id];
  const bool exception = due_[id].information != 0;
  // Entry that delivers anything drops it (27.7.3), and by table 6-2 it comes before what is sent.
  const bool trap = !exception && has(cpu.read_register(guest_pending_debug),
                                      x86::pending_debug::single_step | x86::pending_debug::enabled_breakpoint);
  if (trap && either(is_nmi, is_interrupt)) {
    return fail("I16", "VM entry of vCPU %u delivers event %#llx, and a pending debug exception is lost", id,
                ull(got.information));
  }
  const reference::pending_events waiting{
      .exception = exception, .nmi = sent.least_nmis() != 0, .interrupt = sent.highest() != event_ledger::none};
  reference::pending_events now = reference::delivered_now(waiting, s);
  if (trap) now = {};
  if (now.nmi && !is_nmi) {
    return fail("I16", "vCPU %u takes NMIs, one waits, and VM entry does not deliver it", id);
  }
  if (is_nmi && !reference::may_take_nmis(s)) {
    return fail("I16", "VM entry delivers an NMI to vCPU %u, which takes none", id);
  }
  if (is_interrupt && !reference::takes_interrupts(s)) {
    return fail("I16", "VM entry delivers an interrupt to vCPU %u, which takes none", id);
  }
  if (now.interrupt && !is_nmi && !(is_interrupt && got.vector() == sent.highest())) {
    return fail("I16", "vCPU %u takes interrupts, %u waits, and VM entry delivers event %#llx", id, sent.highest(),
                ull(got.information));
  }
  judge_windows(id);
}

/// An exit has to come as soon as what still waits can be delivered; and for nothing else, for behind a window that
/// is always open no guest gets anywhere.
void world::judge_windows(unsigned id) {
  const machine::processor& cpu = machine_->cpu(id);
  const reference::event got = event_of(cpu.injected());
  const std::uint64_t controls = cpu.read_register(processor_controls);
  const bool interrupt_window = (controls & x86::processor_control::interrupt_window_exiting) != 0,
             nmi_window = (controls & x86::processor_control::nmi_window_exiting) != 0;
  const event_ledger& sent = sent_[id];
  const unsigned begun = got.is(event_type::nmi) ? 1 : 0;
  const bool interrupts = sent.interrupt_besides(cpu.injected());
  if (interrupts && !interrupt_window) {
    return fail("I16", "an interrupt waits for vCPU %u, and no exit will tell when it can be delivered", id);
  }
  if (sent.least_nmis() > begun && !nmi_window && !interrupt_window) {
    return fail("I16", "an NMI waits for vCPU %u, and no exit will tell when it can be delivered", id);
  }
  if (interrupt_window && !interrupts && sent.most_nmis() <= begun) {
    return fail("I16", "vCPU %u exits as soon as it takes interrupts, and none waits", id);
  }
  if (nmi_window && sent.most_nmis() <= begun) {
    return fail("I16", "vCPU %u exits as soon as it takes NMIs, and none waits", id);
  }
}

/// An exit came while an event was being delivered. It is delivered again; or what came up in between is, unless the
/// two make a double fault (28.2.4, table 6-5). An external interrupt may wait again, behind a higher one.
void world::judge_interrupted_delivery(unsigned id, const machine::exit_information& why) {
  using enum event_type;
  const reference::event first{why.vectoring_event, why.vectoring_error_code, why.instruction_length};
  if (either(negate(first.valid()), first.is(external_interrupt))) return;
  const reference::event next = event_of(machine_->cpu(id).injected());
  if (reference::same_event(reference::injected_again(first), next)) return;
  // Entry that delivers anything drops a pending debug exception (27.7.3): the NMI is delivered behind it.
  const word traps = machine_->cpu(id).read_register(guest_pending_debug) &
                     (x86::pending_debug::single_step | x86::pending_debug::enabled_breakpoint);
  if (first.is(nmi) && traps != 0 && negate(next.valid())) return;
  // No processor delivers an NMI behind STI or MOV SS, and none need enter so (27.3.1.5): as told, it waits, and if it
  // does not, judge_windows() says so.
  const word interruptibility = machine_->cpu(id).read_register(guest_interruptibility);
  if (first.is(nmi) && has(interruptibility, x86::interruptibility::shadow) && negate(next.valid())) return;
  const flag came_up =
      either(next.is(hardware_exception), either(next.is(software_exception), next.is(privileged_exception)));
  if (negate(came_up)) {
    fail("I16", "event %#llx was being delivered to vCPU %u when it exited, and is lost: entry delivers %#llx",
         ull(first.information), id, ull(next.information));
  } else if (reference::combine(first, next.vector()).double_fault) {
    fail("I16", "exception %llu came up while event %#llx was being delivered to vCPU %u, and is delivered as itself",
         ull(next.vector()), ull(first.information), id);
  }
}

/// An IRET that faults has ended the blocking of NMIs. If it is executed again, then with NMIs blocked (28.2.3,
/// 31.7.1.2).
void world::judge_iret(unsigned id, const machine::exit_information& why, std::uint64_t rip) {
  using namespace x86::event_field;
  constexpr std::uint64_t with_nmi_unblocked = valid | nmi_unblocked;
  const machine::processor& cpu = machine_->cpu(id);
  const bool by_iret = (why.event & with_nmi_unblocked) == with_nmi_unblocked &&
                       field(why.event, 0, vector_bits) != x86::vector_of(x86::exception::double_fault) &&
                       (why.vectoring_event & valid) == 0;
  const bool again = cpu.read_register(guest_rip) == rip && (cpu.injected().information & valid) == 0;
  if (!by_iret || !again || has(cpu.read_register(guest_interruptibility), x86::interruptibility::by_nmi)) return;
  fail("I16", "an IRET of vCPU %u is executed again, and NMIs are not blocked", id);
}

}  // namespace umbra::fuzz
