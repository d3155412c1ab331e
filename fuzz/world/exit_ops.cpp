// Ops of exits: what a guest comes to, what hardware reports, possible or not, and what a VMM does with a vCPU. Each
// exit is judged: how it ended (I15, I16), and what the next VM entry is given (I14).
#include "core/x86/control.hpp"
#include "core/x86/event.hpp"
#include "core/x86/exception.hpp"
#include "core/x86/exit_reason.hpp"
#include "fuzz/world/compose_exit.hpp"
#include "fuzz/world/processor_facts.hpp"
#include "fuzz/world/world.hpp"
#include "models/invariants/vm_entry_check.hpp"
#include "models/reference/event.hpp"
#include "models/reference/exits/judge.hpp"

namespace umbra::fuzz {

namespace {

using ull = unsigned long long;
using enum x86::vmcs;

reference::leave kind_of(const vmx::request& r) {
  using reference::leave;
  switch (r.kind) {
    case vmx::request_kind::io:
      return leave::io;
    case vmx::request_kind::mmio:
      return leave::mmio;
    case vmx::request_kind::irq_window:
      return leave::interrupt_window;
    case vmx::request_kind::debug:
      return leave::debug;
    case vmx::request_kind::set_tpr:
      return leave::set_tpr;
    case vmx::request_kind::hlt:
      return leave::hlt;
    case vmx::request_kind::shutdown:
      return leave::shutdown;
    case vmx::request_kind::fail_entry:
      return leave::fail_entry;
    case vmx::request_kind::internal_error:
      return leave::internal_error;
    default:
      return leave::unknown;
  }
}

}  // namespace

reference::entry_view world::entry_view(const vmcs_fields& fields, const host_memory& memory) const {
  return {fields, memory, machine_processor()};
}

/// The guest state of a vCPU is what it is, right or wrong, and not by the core's doing.
void world::note_arrival(unsigned id) {
  const vmcs_fields fields(machine_->cpu(id));
  const bool long_mode = has(guest(id).registers().efer(), x86::efer::lma);
  const fields_in_mode told(fields, long_mode);
  const host_memory memory(machine_->tables());
  arrived_[id] = reference::check_guest_state({told, memory, machine_processor()});
}

/// From now on each VM entry is judged.
void world::be_strict() {
  if (std::exchange(strict_, true)) return;
  for (unsigned id = 0; id < vcpus; ++id) note_arrival(id);
}

/// VM entry, judged (I14) and made. False: the processor refuses, and the core has been told, or a finding.
bool world::enter_judged(unsigned id) {
  machine::processor& cpu = machine_->cpu(id);
  const vmcs_fields fields(cpu);
  const host_memory memory(machine_->tables());
  const reference::entry_verdict now = reference::check_entry(entry_view(fields, memory));
  if (const auto v = invariants::check_vm_entry(arrived_[id], now)) {
    const reference::entry_rule& rule = reference::rule_at(static_cast<unsigned>(v.index) % reference::rule_count());
    fail("I14", "vCPU %u is entered with a VMCS that was right and no longer is: %s %s (SDM %s)", id, rule.subject,
         v.what, rule.section);
    return false;
  }
  if (now.may_enter()) return cpu.enter();
  refuse_entry(id, now);
  return false;
}

/// The processor does not take the guest state. The VMM has to hear of it (SDM 27.8).
void world::refuse_entry(unsigned id, const reference::entry_verdict& why) {
  using enum reference::entry_failure;
  constexpr auto reason = static_cast<std::uint64_t>(x86::exit_reason::invalid_guest_state);
  machine::processor& cpu = machine_->cpu(id);
  cpu.refuse({.reason = reason | x86::exit_reason_field::entry_failed,
              .qualification = why.breaks(guest)    ? 0u
                               : why.breaks(pdptes) ? 2u
                               : why.breaks(nmi)    ? 3u
                                                    : 4u});
  vmx::cpu& v = *vcpus_[id];
  ++tally_.vm_exits;
  const bool told =
      !v.has_run() && v.exited(true) == vmx::next::leave && v.request().kind == vmx::request_kind::fail_entry;
  if (!told) fail("I14", "VM entry of vCPU %u failed, and its VMM does not hear of it", id);
  if (observer_) {
    observer_->exits({.vcpu = id, .why = {.reason = reason}, .leaves = true, .request = v.request()});
  }
}

/// All as the guest sees it, in guest mode or not.
reference::guest_state world::look_at(unsigned id) const {
  const machine::processor& cpu = machine_->cpu(id);
  const vcpu::vcpu& core = guest(id);
  const vcpu::general_registers& g = core.general();
  const bool inside = cpu.in_guest();
  reference::guest_state s;
  for (unsigned n = 0; n < reference::general::count; ++n) s.general[n] = g.get(word{n});
  s.general[reference::general::rsp] = inside ? cpu.read_register(guest_rsp) : g.get(word{vcpu::general::rsp});
  s.rip = rip_of(id);
  s.rflags = inside ? cpu.read_register(guest_rflags) : g.rflags;
  const vcpu::control_registers& c = core.registers();
  // In real mode the guest owns no bit.
  const bool owns = inside && has(c.cr0(), x86::cr0::pe);
  s.control.cr0 = owns ? cpu.move_from(guest_cr0) : c.cr0();
  s.control.cr3 = c.cr3();
  s.control.cr4 = owns ? cpu.move_from(guest_cr4) : c.cr4();
  s.control.efer = c.efer();
  for (unsigned n = 0; n < 4; ++n) s.control.pdpte[n] = c.pdpte(n);
  s.control.cpuid = c.features();
  s.cr2 = g.cr2;
  const vcpu::register_set& state = core.state();
  s.cr8 = state.cr8;
  s.breakpoints = state.breakpoint;
  s.dr6 = state.dr6;
  s.dr7 = state.dr7;
  s.interruptibility = inside ? cpu.read_register(guest_interruptibility) : state.blocking;
  s.activity = cpu.read_register(guest_activity);
  s.pending_debug = cpu.read_register(guest_pending_debug);
  const std::uint64_t ss_rights = cpu.read_register(guest_ss_rights);
  s.cpl = field(ss_rights, x86::segment_rights::dpl_at, x86::segment_rights::dpl_bits);
  s.code64 =
      has(s.control.efer, x86::efer::lma) && has(cpu.read_register(guest_cs_rights), x86::segment_rights::long_mode);
  const std::uint64_t task = cpu.read_register(guest_tr_rights) & x86::segment_rights::type;
  s.tss16 = task == x86::segment_rights::busy_16_bit_tss;
  return s;
}

/// An exit from guest mode, and all that follows until the guest runs again or leaves. `true_to_life`: hardware would
/// report it so; of anything else only that no harm comes of it is judged.
void world::take_exit(unsigned id, const machine::exit_information& why, bool true_to_life) {
  effective_ = true;
  const reference::guest_state before = look_at(id);
  const std::uint64_t changes = shadow_changes();
  vcpus_[id]->set_executor(vmx::executor::emulator);
  const reference::pending_events waiting{.nmi = negate(guest(id).nmis().empty()),
                                          .interrupt = negate(guest(id).interrupts().empty())};
  const vmx::next how = exit(id, why);
  const bool arrived = static_cast<bool>(arrived_[id].guest_is_valid());
  vcpus_[id]->host_event();
  if (has(why.vectoring_event, x86::event_field::valid)) learn_sent(id);
  ending end{};
  bool leaves = how == vmx::next::leave;
  vmx::request asked = vcpus_[id]->request();
  // Why it cannot be entered again is another matter (I14).
  const bool entered = !leaves && enter(id, end);
  if (finding_) return;
  everything_ = everything_ || shadow_changes() != changes;
  const reference::guest_state after = look_at(id);
  const bool protected_after = has(after.control.cr0, x86::cr0::pe);
  if (arrived && entered) judge_interrupted_delivery(id, why);
  if (finding_) return;
  if (true_to_life && armed_ == 0 && arrived && protected_after && (leaves || entered))
    judge_exit(id, why, before, after, leaves, asked, waiting);
  follow(id, after.control);
  check_sent(id);
  mix(leaves ? static_cast<std::uint64_t>(asked.kind) : after.rip ^ machine_->cpu(id).injected().information);
}

/// An exit came while an event was being delivered. An external interrupt has been acknowledged, and must not be lost
/// (33.7.1.2); of two exceptions, some are a double fault (table 6-5).
void world::judge_interrupted_delivery(unsigned id, const machine::exit_information& why) {
  const reference::event first{why.vectoring_event, why.vectoring_error_code, why.instruction_length};
  const machine::injection& got = machine_->cpu(id).injected();
  const reference::event next{got.information, got.error_code, got.instruction_length};
  if (reference::same_event(first, next)) return;
  if (next.is(x86::event_type::hardware_exception) && reference::combine(first, next.vector()).double_fault) {
    fail("I16", "exception %llu came up while event %#llx was being delivered to vCPU %u, and is delivered as itself",
         ull(next.vector()), ull(first.information), id);
  }
  const std::uint64_t vector = first.vector();
  if (first.is(x86::event_type::external_interrupt) && !(guest(id).interrupts().bits(vector / 64) >> vector % 64 & 1)) {
    fail("I16",
         "interrupt %llu was being delivered to vCPU %u when it exited; it is neither delivered (but %#llx) nor waits",
         ull(vector), id, ull(next.information));
  }
}

void world::judge_exit(unsigned id, const machine::exit_information& why, const reference::guest_state& before,
                       const reference::guest_state& after, bool leaves, const vmx::request& asked,
                       const reference::pending_events& waiting) {
  const reference::exit_information exit{.reason = field(why.reason, 0, 16),
                                         .qualification = why.qualification,
                                         .length = why.instruction_length,
                                         .interruption = {why.event, why.error_code, why.instruction_length},
                                         .vectoring = {}};
  const std::array<reference::cpuid_row, 6> leaves_of_cpuid = cpuid_rows(id, before.code64);
  reference::exit_context context;
  context.cpuid = leaves_of_cpuid;
  context.pending = waiting;
  context.msrs.cpuid = before.control.cpuid;
  context.msrs.cr0 = before.control.cr0;
  context.msrs.efer = before.control.efer;
  context.msrs.debugctl_bits = x86::debugctl::btf;
  reference::exit_result result;
  result.state = after;
  result.leaves = leaves;
  if (leaves) {
    result.request = static_cast<unsigned>(kind_of(asked));
  } else {
    const machine::injection& got = machine_->cpu(id).injected();
    result.injected = {got.information, got.error_code, got.instruction_length};
  }
  const reference::legal_ends ends = reference::ends_of(before, exit, context, view());
  const auto fault = static_cast<reference::exit_fault>(reference::judge_exit(ends, before, exit, context, result));
  if (fault == reference::exit_fault::none) return;
  const bool register_exit = why.reason == static_cast<std::uint64_t>(x86::exit_reason::control_register);
  fail(register_exit ? "I15" : "I16",
       "%s (exit of vCPU %u for reason %llu, qualification %#llx, at RIP %#llx: goes on at %#llx, event %#llx, code "
       "%#llx, "
       "request %u; RFLAGS %#llx to %#llx, interruptibility %#llx to %#llx, pending debug %#llx to %#llx, activity "
       "%#llx to "
       "%#llx)",
       reference::text(fault), id, ull(why.reason), ull(why.qualification), ull(before.rip), ull(after.rip),
       ull(result.injected.information), ull(result.injected.error_code),
       leaves ? static_cast<unsigned>(asked.kind) : 0, ull(before.rflags), ull(after.rflags),
       ull(before.interruptibility), ull(after.interruptibility), ull(before.pending_debug), ull(after.pending_debug),
       ull(before.activity), ull(after.activity));
}

std::array<reference::cpuid_row, 6> world::cpuid_rows(unsigned id, flag code64) const {
  constexpr std::uint32_t leaves[] = {0, 1, 7, 0x8000'0000, 0x8000'0001, 0x8000'0008};
  std::array<reference::cpuid_row, 6> rows;
  for (unsigned n = 0; n < rows.size(); ++n) {
    const vcpu::cpuid_result r = guest(id).cpuid(word{leaves[n]}, word{0}, code64);
    rows[n] = {.leaf = word{leaves[n]}, .has_subleaves = leaves[n] == 7, .answer = {r.eax, r.ebx, r.ecx, r.edx}};
  }
  return rows;
}

/// The model's registers are what they have become. What must have been invalidated on the way is not claimed: that is
/// for the ops of control registers to judge.
void world::follow(unsigned id, const reference::registers& r) {
  reference::registers& mine = registers_[id];
  const bool same =
      mine.cr0 == r.cr0 && mine.cr3 == r.cr3 && mine.cr4 == r.cr4 && mine.efer == r.efer && mine.pdpte == r.pdpte;
  if (same) return;
  mine = r;
  machine_->memory().journal().mark();
  pasts_[id].registers_changed(now(), mine);
}

/// Gets the current vCPU into guest mode for an op that needs it there.
bool world::ready() {
  // Real mode's exits are those of virtual-8086 mode, and umbra's to hide.
  if (!has(guest(current_).registers().cr0(), x86::cr0::pe)) return false;
  be_strict();
  ending end{};
  if (machine_->cpu(current_).in_guest()) return true;
  proceed(current_);
  return enter(current_, end);
}

void world::report_exit(const op& o) {
  if (!ready()) return;
  pose(current_, o.by, in_long_mode(current_));
  take_exit(current_,
            {.reason = o.count,
             .qualification = o.value,
             .event = o.told.event,
             .error_code = o.told.error_code,
             .vectoring_event = o.told.vectoring_event,
             .vectoring_error_code = o.told.vectoring_error_code,
             .instruction_length = o.index,
             .instruction_information = o.told.information},
            false);
}

void world::instruct(const op& o) {
  if (!ready()) return;
  proceed(current_);
  machine::processor& cpu = machine_->cpu(current_);
  const bool code64 = in_long_mode(current_);
  pose(current_, o.by, code64);
  cpu.inform(guest_activity, x86::activity::active);
  const auto why =
      compose_exit(o, cpu, vcpus_[current_]->guest().general(), code64, static_cast<unsigned>(instructions_));
  follow(current_, look_at(current_).control);
  if (why) take_exit(current_, *why, true);
}

void world::load_general(const op& o) {
  effective_ = true;
  vcpus_[current_]->guest().general().set(word{o.index}, o.value);
  if (o.index == vcpu::general::rsp && machine_->cpu(current_).in_guest()) {
    machine_->cpu(current_).inform(guest_rsp, o.value);
  }
}

/// The guest, or hardware, leaves a value in a field of the guest-state area. CR3 and EFER are the core's alone.
void world::leave_in_field(const op& o) {
  const auto f = static_cast<x86::vmcs>(o.count);
  if (!machine::vmcs_store::exists(f) || x86::part_of(f) != x86::vmcs_part::guest) return;
  if (f == guest_cr3 || f == guest_efer) return;
  if (!ready()) return;
  machine::processor& cpu = machine_->cpu(current_);
  const std::uint64_t value = x86::bits_of(f) < 64 ? o.value & ((std::uint64_t{1} << x86::bits_of(f)) - 1) : o.value;
  effective_ = true;
  if (f == guest_cr0 || f == guest_cr4) {
    const std::uint64_t hosts = cpu.read_register(f == guest_cr0 ? cr0_mask : cr4_mask);
    cpu.inform(f, (cpu.read_register(f) & hosts) | (value & ~hosts));
    follow(current_, look_at(current_).control);
  } else {
    cpu.inform(f, value);
  }
}

/// The VMM has the vCPU for itself: it is not in guest mode, or is kicked out of it.
bool world::bring_out(unsigned id) {
  machine::processor& cpu = machine_->cpu(id);
  cpu.kick();
  if (!cpu.take_kick()) return true;
  note_arrival(id);
  if (vcpus_[id]->exited(true) == vmx::next::run) return true;
  fail("I16", "an interrupt by the host leaves to the VMM");
  return false;
}

/// The VMM sends an event.
void world::send(const op& o) {
  be_strict();
  if (!bring_out(current_)) return;
  effective_ = true;
  vmx::cpu& v = *vcpus_[current_];
  if (o.kind == kind::nmi) {
    v.nmi();
    return;
  }
  v.interrupt(word{o.index});
  sent_[current_][o.index / 64] |= std::uint64_t{1} << o.index % 64;
  check_sent(current_);
}

/// The VMM sets a register, which it can do of a vCPU that has left only.
void world::set_by_vmm(const op& o) {
  be_strict();
  if (!bring_out(current_)) return;
  const auto f = static_cast<x86::vmcs>(o.count);
  const bool taken = set_control(o) || set_other(f, o.value);
  if (observer_) observer_->answered(taken, taken ? "done" : "refused");
  effective_ = effective_ || taken;
  note_due(current_);
  note_arrival(current_);
}

/// CR0, CR3, CR4 or EFER, as a part of the whole. What the core takes over, the model does.
bool world::set_control(const op& o) {
  const auto f = static_cast<x86::vmcs>(o.count);
  if (f != guest_cr0 && f != guest_cr3 && f != guest_cr4 && f != guest_efer) return false;
  vmx::cpu& v = *vcpus_[current_];
  const vcpu::control_registers& c = v.guest().registers();
  const word cr0 = f == guest_cr0 ? o.value : c.cr0(), cr3 = f == guest_cr3 ? o.value : c.cr3(),
             cr4 = f == guest_cr4 ? o.value : c.cr4(), efer = f == guest_efer ? o.value : c.efer();
  if (!v.guest().restore(cr0, cr3, cr4, efer)) return false;
  everything_ = true;
  follow(current_, look_at(current_).control);
  machine_->memory().journal().mark();
  pasts_[current_].invalidated({now(), invalidation::scope::all, page_shift, 0});
  return true;
}

bool world::set_other(x86::vmcs f, std::uint64_t value) {
  vmx::cpu& v = *vcpus_[current_];
  vcpu::general_registers& g = v.guest().general();
  switch (f) {
    case guest_rip:
      g.rip = value;
      machine_->cpu(current_).inform(f, g.rip);
      v.guest().events().clear();
      return true;
    case guest_rflags:
      g.rflags = value | x86::rflags::fixed;
      machine_->cpu(current_).inform(f, g.rflags);
      return true;
    case guest_rsp:
      g.set(word{vcpu::general::rsp}, value);
      return true;
    default:
      break;
  }
  vcpu::segments s = v.segments();
  const auto number = static_cast<std::uint32_t>(f);
  for (unsigned n = 0; n < vcpu::segment_count; ++n) {
    vcpu::segment& r = s.registers[n];
    if (number == static_cast<std::uint32_t>(guest_es_selector) + 2 * n)
      r.selector = value;
    else if (number == static_cast<std::uint32_t>(guest_es_base) + 2 * n)
      r.base = value;
    else if (number == static_cast<std::uint32_t>(guest_es_limit) + 2 * n)
      r.limit = value;
    else if (number == static_cast<std::uint32_t>(guest_es_rights) + 2 * n)
      r.rights = value;
    else
      continue;
    v.set_segments(s);
    return true;
  }
  if (f == guest_gdtr_base)
    s.gdtr.base = value;
  else if (f == guest_gdtr_limit)
    s.gdtr.limit = value;
  else if (f == guest_idtr_base)
    s.idtr.base = value;
  else if (f == guest_idtr_limit)
    s.idtr.limit = value;
  else
    return false;
  v.set_segments(s);
  return true;
}

/// The VMM has asked its device: what was to be read is `value`, each item one more.
void world::complete(const op& o) {
  vmx::cpu& v = *vcpus_[current_];
  if (v.waits_for_hypercall()) return v.complete_hypercall(o.value);
  if (!v.waits()) return;
  effective_ = true;
  io::request& asked = v.io();
  if (asked.count > io::request::limit || asked.bytes == 0 || asked.bytes > 8) {
    return fail("I16", "a request for %u items of %u bytes", asked.count, asked.bytes);
  }
  for (unsigned n = 0; n < asked.count && !asked.write; ++n) asked.data[n] = o.value + n;
  const std::uint64_t changes = shadow_changes();
  v.complete();
  everything_ = everything_ || shadow_changes() != changes;
  note_due(current_);
  follow(current_, look_at(current_).control);
  if (strict_) note_arrival(current_);
}

}  // namespace umbra::fuzz
