// VM entries and exits: the production path from what hardware reports to what the guest, or its VMM, sees of it.
#include <optional>

#include "core/x86/control.hpp"
#include "core/x86/event.hpp"
#include "core/x86/exit_reason.hpp"
#include "core/x86/segment.hpp"
#include "fuzz/world/world.hpp"
#include "models/reference/error_code_vectors.hpp"
#include "models/reference/event.hpp"

namespace umbra::fuzz {

namespace {

using ull = unsigned long long;
using enum x86::vmcs;
namespace rights = x86::segment_rights;

constexpr std::uint64_t flat_limit = 0xffff'ffff;
constexpr std::uint64_t flat_code =
    rights::present | rights::code_or_data | rights::code | rights::writable | rights::accessed | rights::granularity;
constexpr std::uint64_t flat_data =
    rights::present | rights::code_or_data | rights::writable | rights::accessed | rights::granularity | rights::big;
constexpr std::uint64_t code_selector = 0x08, data_selector = 0x10, task_selector = 0x20;

/// The guest state was not right or wrong in the mode that the guest is in now.
constexpr reference::entry_verdict of_another_mode = [] {
  reference::entry_verdict v;
  v.broken[static_cast<unsigned>(reference::entry_failure::guest)] = word{1};
  return v;
}();

}  // namespace

/// The guest has loaded segments that cover everything, at whatever privilege.
void world::flatten(unsigned id) {
  machine::processor& cpu = machine_->cpu(id);
  constexpr unsigned cs = 1, ss = 2, plain_segments = 6;
  for (unsigned n = 0; n < plain_segments; ++n) {
    const std::uint64_t rpl = n == cs || n == ss ? 0 : 3;
    cpu.inform(nth(guest_es_selector, n), (n == cs ? code_selector : data_selector) | rpl);
    cpu.inform(nth(guest_es_base, n), 0);
    cpu.inform(nth(guest_es_limit, n), flat_limit);
    cpu.inform(nth(guest_es_rights, n), (n == cs ? flat_code | rights::big : flat_data) | rpl << rights::dpl_at);
  }
  cpu.inform(guest_ldtr_selector, 0);
  cpu.inform(guest_ldtr_rights, rights::unusable);
  cpu.inform(guest_tr_selector, task_selector);
  cpu.inform(guest_tr_limit, 0x67);
  cpu.inform(guest_tr_rights, rights::present | rights::busy_32_bit_tss);
}

bool world::in_long_mode(unsigned id) const { return has(registers_[id].efer, x86::efer::lma); }

/// The guest, as it is when an instruction makes it exit: at which privilege it runs, and in which kind of code.
void world::pose(unsigned id, const maker& by, bool code64) {
  machine::processor& cpu = machine_->cpu(id);
  if (!cpu.in_guest()) {
    // It would have entered, with these registers.
    const vcpu::general_registers& g = guest(id).general();
    cpu.inform(guest_rip, g.rip);
    cpu.inform(guest_rsp, g.get(word{vcpu::general::rsp}));
    cpu.inform(guest_rflags, g.rflags);
    // The bits that are not the guest's own stay what hardware runs with.
    const auto leave_own = [&cpu](x86::vmcs f, x86::vmcs mask, word value) {
      const word hosts = cpu.read_register(mask);
      cpu.inform(f, (cpu.read_register(f) & hosts) | (value & ~hosts));
    };
    leave_own(guest_cr0, cr0_mask, registers_[id].cr0);
    leave_own(guest_cr4, cr4_mask, registers_[id].cr4);
  }
  // Real mode has one privilege and no descriptors.
  if (has(registers_[id].cr0, x86::cr0::pe)) {
    const std::uint64_t cpl = by.cpl;
    cpu.inform(guest_cs_selector, code_selector | cpl);
    cpu.inform(guest_cs_rights, flat_code | cpl << rights::dpl_at | (code64 ? rights::long_mode : rights::big));
    cpu.inform(guest_ss_selector, data_selector | cpl);
    cpu.inform(guest_ss_rights, flat_data | cpl << rights::dpl_at);
  }
  // Whether an access is implicit shows only at CPL 3; elsewhere the guest keeps AC clear for it.
  const bool ac = by.ac && (!by.implicit || by.cpl == 3);
  const std::uint64_t flags = cpu.read_register(guest_rflags);
  cpu.inform(guest_rflags, (flags & ~x86::rflags::ac) | when(ac, x86::rflags::ac));
}

/// The guest comes to another instruction: no two of one program look alike to whoever counts tries.
void world::proceed(unsigned id) {
  constexpr std::uint64_t code = 0x1000, code_bytes = 0x4000;
  const std::uint64_t rip = code + ++instructions_ % code_bytes;
  machine_->cpu(id).inform(guest_rip, rip);
  if (!machine_->cpu(id).in_guest()) vcpus_[id]->guest().general().rip = rip;
}

std::uint64_t world::rip_of(unsigned id) const {
  const machine::processor& cpu = machine_->cpu(id);
  return cpu.in_guest() ? cpu.read_register(guest_rip) : guest(id).general().rip;
}

/// One turn. Where the core executes what hardware cannot, the next op gives it another one.
vmx::next world::prepare(unsigned id) {
  vmx::cpu& v = *vcpus_[id];
  const bool sleeps = strict_ && v.guest().halted();
  // What waits wakes it; else its VMM does.
  const bool woken = sleeps && has_to_wake(id);
  if (sleeps && !woken) v.guest().set_halted(false);
  const std::uint64_t rip = v.guest().general().rip;
  const vmx::next n = v.prepare();
  // In real mode it may have gone on, to the next HLT.
  const bool still = v.guest().general().rip == rip;
  if (woken && still && n == vmx::next::leave && v.request().kind == vmx::request_kind::hlt) {
    fail("I16", "an event waits for vCPU %u that it takes, and it stays halted", id);
  }
  return n;
}

/// Gets a vCPU into guest mode. False: it is not; `out`, or a finding, says why.
bool world::enter(unsigned id, ending& out) {
  if (machine_->cpu(id).in_guest()) return true;
  const bool entered = try_to_enter(id, out);
  stuck_[id] = entered ? 0 : stuck_[id] + 1;
  return entered;
}

bool world::try_to_enter(unsigned id, ending& out) {
  machine::processor& cpu = machine_->cpu(id);
  vmx::cpu& v = *vcpus_[id];
  const bool kicked = cpu.take_kick();
  if (kicked && strict_) note_departure(id);
  if (kicked) sent_[id].end({});
  if (kicked && v.exited(true) != vmx::next::run) {
    fail("I16", "vCPU %u leaves to its VMM (request %u) after an interrupt by the host", id,
         static_cast<unsigned>(v.request().kind));
    return false;
  }
  // The MMU alone is entered in the place of real mode, and an event that was due is taken to be delivered, until there
  // are ops of exits.
  const bool real = !is_protected(id), mmu_alone = real && !strict_;
  if (strict_ && v.disguised() != real) arrived_[id] = of_another_mode;
  struct earlier {
    reference::registers control;
    question asked;
  };
  std::optional<earlier> before;
  if (strict_) before = {look_at(id).control, question_of(id)};
  const vmx::next ready =
      mmu_alone ? v.guest().enter() == mmu::verdict::shutdown ? vmx::next::leave : vmx::next::run : prepare(id);
  // Else umbra executes the guest, and delivers events, until entry takes it; that may end in anything.
  const bool as_it_was = !real && is_protected(id) && (!strict_ || arrived_[id].guest_is_valid());
  if (strict_ && ready != vmx::next::run) note_due(id);
  if (strict_ && !as_it_was) adopt_sent(id);
  if (ready == vmx::next::again) {
    if (as_it_was) fail("I16", "vCPU %u is not entered, and its state is one that entry takes", id);
    return false;
  }
  const bool shut_down = ready == vmx::next::leave;
  if (observer_) observer_->enters(id, shut_down ? mmu::verdict::shutdown : mmu::verdict::resume);
  if (strict_) {
    if (as_it_was) expect_registers(id, before->control);
    follow(id, look_at(id).control);
  }
  if (finding_) return false;
  if (shut_down) {
    out = ending::shutdown;
    if (!mmu_alone) note_question(id);
    if (as_it_was && v.request().kind != vmx::request_kind::shutdown) {
      fail("I16", "vCPU %u leaves with request %u instead of entering", id, static_cast<unsigned>(v.request().kind));
    }
    return false;
  }
  if (strict_) judge_preparation(id, before->asked, as_it_was);
  if (finding_ || !(strict_ ? enter_judged(id) : cpu.enter())) return false;  // an incident or a request says why
  if (mmu_alone) {
    v.guest().events().clear();
  } else if (as_it_was) {
    judge_delivery(id);
    check_injection(id);
  } else {
    sent_[id].begin(cpu.injected());
  }
  due_[id] = {};
  return !finding_;
}

/// What is due is delivered before the guest comes to another instruction. Where it cannot run, having no root table,
/// its VMM helps it out of there, and the event is forgotten.
void world::deliver_due(unsigned id) {
  ending end{};
  if (due_[id].information == 0 || enter(id, end) || end != ending::shutdown) return;
  vcpus_[id]->guest().events().clear();
  due_[id] = {};
}

/// VM entry has delivered what was due, and nothing else (I16): an exception, or what the VMM has sent.
void world::check_injection(unsigned id) {
  const machine::injection& got = machine_->cpu(id).injected();
  const machine::injection& due = due_[id];
  const reference::event e{got.information, got.error_code, got.instruction_length};
  const reference::event expected{due.information, due.error_code, due.instruction_length};
  const bool sent = static_cast<bool>(either(e.is(x86::event_type::external_interrupt), e.is(x86::event_type::nmi)));
  if (sent_[id].begin(got) && (sent ? due.information == 0 : reference::same_event(e, expected))) return;
  fail("I16",
       "VM entry of vCPU %u delivers event %#llx, code %#llx, length %llu; due is %#llx, code %#llx, length %llu%s", id,
       ull(got.information), ull(got.error_code), ull(got.instruction_length), ull(due.information),
       ull(due.error_code), ull(due.instruction_length), sent ? ", or what the VMM has sent" : "");
}

/// The events that wait are those that were sent and not delivered (I16).
void world::check_sent(unsigned id) {
  const vcpu::vcpu& v = guest(id);
  if (sent_[id].agrees(v.interrupts(), v.nmis())) return;
  for (unsigned n = 0; n < vcpu::interrupt_queue::words; ++n) {
    if (v.interrupts().bits(n) == sent_[id].interrupts(n)) continue;
    fail("I16", "of interrupts %u to %u, %#llx wait for vCPU %u; sent and not delivered are %#llx", 64 * n, 64 * n + 63,
         ull(v.interrupts().bits(n)), id, ull(sent_[id].interrupts(n)));
  }
  fail("I16", "%llu NMIs wait for vCPU %u, which is not what was sent and not delivered", ull(v.nmis().waiting()), id);
}

/// The core has executed the guest itself, or given up: what waits now, it alone knows.
void world::adopt_sent(unsigned id) { sent_[id].adopt(guest(id).interrupts(), guest(id).nmis()); }

/// A VM exit, and what the core makes of it. A vCPU that is not in guest mode would enter, come to no other event, and
/// exit: it is spared the way.
vmx::next world::exit(unsigned id, const machine::exit_information& why) {
  machine::processor& cpu = machine_->cpu(id);
  if (cpu.in_guest()) {
    cpu.leave(why);
  } else {
    cpu.take_kick();
    cpu.tell(why);
  }
  sent_[id].end(why);
  if (strict_) note_departure(id);
  vmx::cpu& v = *vcpus_[id];
  // Where entry has failed, registers are as the VMM has left them (27.8).
  const bool ran = !has(why.reason, x86::exit_reason_field::entry_failed);
  std::optional<vcpu::segments> hardware;  // of real mode
  if (strict_ && ran && !is_protected(id)) hardware = v.vmcs().read_segments();
  const std::uint64_t unprotected = mmu_->counters().unprotected;
  const std::uint64_t emulated = v.counters().emulated;
  const vmx::next how = v.exited(true);
  ++tally_.vm_exits;
  const std::uint64_t basic = why.reason & 0xffff;
  if (basic < x86::exit_reason_limit) ++tally_.exits_for[basic];
  tally_.emulated += v.counters().emulated - emulated;
  note_due(id);
  // WRMSR, which virtual-8086 mode cannot come to, may be of a base; told with a length of 0, it leaves RIP where it
  // was.
  if (hardware && basic != static_cast<std::uint64_t>(x86::exit_reason::wrmsr)) judge_reveal(id, *hardware);
  note_question(id, &why);
  if (observer_) {
    observer_->exits({.vcpu = id,
                      .why = why,
                      .leaves = how == vmx::next::leave,
                      .event = due_[id],
                      .request = v.request(),
                      .unprotected = mmu_->counters().unprotected != unprotected});
  }
  return how;
}

/// What the core now means to deliver is due at the next entry.
void world::note_due(unsigned id) {
  const vcpu::event_queue& events = vcpus_[id]->guest().events();
  due_[id] = {};
  if (!events.pending()) return;
  const vcpu::event& e = events.next();
  due_[id] = {e.packed(), e.error_code, e.instruction_length};
  // What real mode has raised without an error code has one in protected mode (6.13).
  const reference::event bare{e.packed(), e.error_code, e.instruction_length};
  const bool lacks = bare.is(x86::event_type::hardware_exception) && reference::pushes_error_code(bare.vector());
  if (is_protected(id) && lacks) due_[id].information |= x86::event_field::has_error_code;
}

}  // namespace umbra::fuzz
