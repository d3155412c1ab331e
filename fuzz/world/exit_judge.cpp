// An exit, and all that follows until the guest runs again or leaves, against the model (I15, I16).
#include "core/x86/control.hpp"
#include "core/x86/event.hpp"
#include "core/x86/exit_reason.hpp"
#include "core/x86/interruptibility.hpp"
#include "fuzz/world/loaded_msrs.hpp"
#include "fuzz/world/world.hpp"
#include "models/reference/event_delivery.hpp"
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
  s.debugctl = cpu.read_register(guest_debugctl);
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
  const host_memory tables(machine_->tables());
  const loaded_msrs msrs(machine_->cpu(id), tables);
  vcpus_[id]->set_executor(vmx::executor::emulator);
  const reference::pending_events waiting{.nmi = negate(guest(id).nmis().empty()),
                                          .interrupt = negate(guest(id).interrupts().empty())};
  const vmx::next how = exit(id, why);
  const bool arrived = static_cast<bool>(arrived_[id].guest_is_valid());
  vcpus_[id]->host_event();
  if (how == vmx::next::leave && vcpus_[id]->request().kind == vmx::request_kind::internal_error) adopt_sent(id);
  ending end{};
  bool leaves = how == vmx::next::leave;
  vmx::request asked = vcpus_[id]->request();
  // Why it cannot be entered again is another matter (I14).
  const bool entered = !leaves && enter(id, end);
  if (finding_) return;
  everything_ = everything_ || shadow_changes() != changes;
  const reference::guest_state after = look_at(id);
  const bool protected_after = has(after.control.cr0, x86::cr0::pe);
  // In real mode, events do not come by VM entry.
  const bool exact = arrived && has(before.control.cr0, x86::cr0::pe) && protected_after && !(entered && executed_);
  if (exact && entered) {
    judge_interrupted_delivery(id, why);
    judge_iret(id, why, before.rip);
  }
  if (finding_) return;
  if (true_to_life && exact && why.reason == static_cast<std::uint64_t>(x86::exit_reason::vmcall))
    judge_hypercall(id, before, after, leaves, asked);
  if (true_to_life && exact) judge_loaded_msrs(id, why, before, after, msrs);
  if (true_to_life && armed_ == 0 && exact && (leaves || entered))
    judge_exit(id, why, before, after, leaves, asked, waiting);
  follow(id, after.control);
  // In real mode umbra delivers events by itself.
  if (protected_after)
    check_sent(id);
  else
    adopt_sent(id);
  mix(leaves ? static_cast<std::uint64_t>(asked.kind) : after.rip ^ machine_->cpu(id).injected().information);
}

/// WRMSR changes the MSR that it names, and no other of those that entry loads. What the core executes may be WRMSR,
/// too.
void world::judge_loaded_msrs(unsigned id, const machine::exit_information& why, const reference::guest_state& before,
                              const reference::guest_state& after, const loaded_msrs& then) {
  const auto came_for = [&why](x86::exit_reason r) { return why.reason == static_cast<std::uint64_t>(r); };
  if (came_for(x86::exit_reason::exception_or_nmi) || came_for(x86::exit_reason::io)) return;
  std::optional<std::uint64_t> written;
  if (came_for(x86::exit_reason::wrmsr) && after.rip != before.rip) {
    written = field(before.general[reference::general::rcx], 0, 32);
  }
  const std::uint64_t value = field(before.general[reference::general::rax], 0, 32) |
                              field(before.general[reference::general::rdx], 0, 32) << 32;
  const host_memory tables(machine_->tables());
  const auto wrong = loaded_msrs(machine_->cpu(id), tables).differs(then, written, value);
  if (!wrong) return;
  fail("I16", "VM entry of vCPU %u loads MSR %#llx with %#llx, and it is %#llx", id, ull(wrong->number),
       ull(wrong->value), ull(wrong->expected));
}

/// Hypercalls, by KVM's convention: user code may not make them (CVE-2009-3290), whose own are the VMM's to answer.
void world::judge_hypercall(unsigned id, const reference::guest_state& before, const reference::guest_state& after,
                            bool leaves, const vmx::request& asked) {
  constexpr std::uint64_t not_permitted = ~std::uint64_t{0};
  const word rax = after.general[reference::general::rax];
  const bool by_user = before.cpl != 0, to_vmm = leaves && asked.kind == vmx::request_kind::hypercall;
  if (by_user && (to_vmm || rax != (before.code64 ? not_permitted : not_permitted & 0xffff'ffff))) {
    fail("I16", "a hypercall by user code of vCPU %u is %s, RAX %#llx", id, to_vmm ? "the VMM's to answer" : "done",
         ull(rax));
  }
  const word mask = before.code64 ? ~word{0} : word{0xffff'ffff};
  if (to_vmm && asked.hypercall.number != (before.general[reference::general::rax] & mask)) {
    fail("I16", "hypercall %#llx of vCPU %u reaches the VMM as %#llx", ull(before.general[reference::general::rax]), id,
         ull(asked.hypercall.number));
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
    // What NMIs wait for from here on is the processor's doing (27.7.1).
    if (result.injected.is(x86::event_type::nmi)) {
      result.state.interruptibility &= ~std::uint64_t{x86::interruptibility::by_nmi};
    }
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

/// On the way into a state that VM entry takes as it is, nothing writes a control register; and hardware gets the
/// guest's DR7.
void world::expect_registers(unsigned id, const reference::registers& mine) {
  const reference::registers r = look_at(id).control;
  if (r.cr0 != mine.cr0 || r.cr3 != mine.cr3 || r.cr4 != mine.cr4 || r.efer != mine.efer) {
    fail("I15",
         "CR0 %#llx CR3 %#llx CR4 %#llx EFER %#llx of vCPU %u become %#llx %#llx %#llx %#llx on the way to VM entry",
         ull(mine.cr0), ull(mine.cr3), ull(mine.cr4), ull(mine.efer), id, ull(r.cr0), ull(r.cr3), ull(r.cr4),
         ull(r.efer));
  }
  const std::uint64_t dr7 = machine_->cpu(id).read_register(guest_dr7);
  if (dr7 != guest(id).state().dr7) {
    fail("I16", "vCPU %u is entered with DR7 %#llx, and its own is %#llx", id, ull(dr7), ull(guest(id).state().dr7));
  }
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

}  // namespace umbra::fuzz
