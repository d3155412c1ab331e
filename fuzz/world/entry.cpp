// VM entries, judged: what the guest state was before the core had a hand in it, and what entry is given (I14).
#include "core/x86/control.hpp"
#include "core/x86/exit_reason.hpp"
#include "fuzz/world/containment.hpp"
#include "fuzz/world/processor_facts.hpp"
#include "fuzz/world/world.hpp"
#include "models/invariants/vm_entry_check.hpp"

namespace umbra::fuzz {

namespace {

using ull = unsigned long long;

}  // namespace

/// With `check_each`, the model is asked afresh, too.
void world::expect_same(const reference::entry_verdict& remembered, const reference::entry_verdict& afresh) {
  if (remembered.broken == afresh.broken && remembered.msr == afresh.msr) return;
  fail("harness", "the model's rules of VM entry are remembered wrongly");
}

/// The guest state, in the mode that the guest's EFER says: what VM entry is to be told of it, the core writes just
/// before.
reference::entry_verdict world::judge_guest_state(unsigned id) {
  const bool long_mode = has(guest(id).registers().efer(), x86::efer::lma);
  machine::vmcs_store told = machine_->cpu(id).fields();
  const auto in_mode = [&](x86::vmcs f, std::uint64_t bits) {
    told.set(f, (told.get(f) & ~bits) | when(long_mode, bits));
  };
  in_mode(x86::vmcs::entry_controls, x86::entry_control::guest_64_bit);
  in_mode(x86::vmcs::guest_efer, x86::efer::lme | x86::efer::lma);
  const host_memory memory(machine_->tables());
  const reference::entry_verdict v = memos_[id].check_guest_state(told, memory);
  if (check_each_) expect_same(v, reference::check_guest_state({vmcs_fields(told), memory, machine_processor()}));
  return v;
}

reference::entry_verdict world::judge_entry(unsigned id) {
  const machine::vmcs_store& fields = machine_->cpu(id).fields();
  const host_memory memory(machine_->tables());
  const reference::entry_verdict v = memos_[id].check_entry(fields, memory);
  if (check_each_) expect_same(v, reference::check_entry({vmcs_fields(fields), memory, machine_processor()}));
  return v;
}

/// The guest state of a vCPU is what it is, right or wrong, and not by the core's doing.
void world::note_arrival(unsigned id) { arrived_[id] = judge_guest_state(id); }

/// Hardware has left the guest.
void world::note_departure(unsigned id) {
  note_arrival(id);
  spoilt_[id] = !arrived_[id].guest_is_valid();
}

/// From now on each VM entry is judged.
void world::be_strict() {
  if (std::exchange(strict_, true)) return;
  for (unsigned id = 0; id < vcpus; ++id) {
    note_arrival(id);
    if (machine_->cpu(id).in_guest() && !is_protected(id)) machine_->cpu(id).kick();  // to come in again by VM entry
  }
}

/// Preparation changes nothing that the VMM sees, unless umbra executes the guest; and not if entry takes it as it was.
void world::judge_preparation(unsigned id, const question& before, bool as_it_was) {
  const question now = question_of(id);
  executed_ = !now.general.same_as(before.general) || now.general.rflags != before.general.rflags;
  if (executed_ && as_it_was) {
    fail("I16", "umbra executes instructions of vCPU %u, whose state is one that entry takes", id);
  }
  if (!executed_ && !now.segments.same_as(before.segments)) {
    fail("I16", "the segments of vCPU %u change with VM entry", id);
  }
  judge_told_segments(id, now.segments);
}

/// VM entry, judged (I14) and made. False: the processor refuses, and the core has been told, or a finding.
bool world::enter_judged(unsigned id) {
  machine::processor& cpu = machine_->cpu(id);
  const host_memory memory(machine_->tables());
  const reference::entry_verdict now = judge_entry(id);
  if (const auto v = invariants::check_vm_entry(arrived_[id], now)) {
    const reference::entry_rule& rule = reference::rule_at(static_cast<unsigned>(v.index) % reference::rule_count());
    fail("I14", "vCPU %u is entered with a VMCS that was right and no longer is: %s %s (SDM %s)", id, rule.subject,
         v.what, rule.section);
    return false;
  }
  const bool disguised = !is_protected(id);
  if (const auto g = gap_in_containment(cpu, memory, disguised)) {
    fail("I14", "vCPU %u is entered with %#llx for %s; it has to be %#llx", id, ull(g->found), g->what,
         ull(g->expected));
    return false;
  }
  if (disguised) judge_disguised_segments(id);
  if (finding_) return false;
  if (now.may_enter()) return cpu.enter();
  judge_refused_segments(id);
  if (!finding_) refuse_entry(id, now);
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

}  // namespace umbra::fuzz
