// The segment registers ES to GS that the core lets hardware enter with (I14): what entry does not take, or what would
// mean something else, the core executes itself. And what a VMM is told of them.
#include <algorithm>

#include "fuzz/world/processor_facts.hpp"
#include "fuzz/world/world.hpp"
#include "models/reference/real_mode.hpp"
#include "models/reference/vm_entry/rules.hpp"

namespace umbra::fuzz {

namespace {

using ull = unsigned long long;
constexpr unsigned loaded_by_code = 6;  // in the VMCS's order

}  // namespace

/// Entry has been refused. What hardware has left, the core need not look at: it would have run with that.
void world::judge_refused_segments(unsigned id) {
  if (spoilt_[id] || vcpus_[id]->executor() != vmx::executor::emulator) return;
  const vmcs_fields fields(machine_->cpu(id).fields());
  const host_memory memory(machine_->tables());
  const reference::entry_view v{fields, memory, machine_processor()};
  const auto broken_in = [&v](reference::entry_rules rules) {
    return std::ranges::find_if(rules, [&v](const reference::entry_rule& r) -> bool { return negate(r.holds(v)); });
  };
  // Where something else is wrong, too, RFLAGS.VM in IA-32e mode say, instructions would not help.
  for (const auto others : {reference::register_rules(), reference::system_segment_rules(), reference::state_rules()})
    if (broken_in(others) != others.end()) return;
  const reference::entry_rules rules = reference::segment_rules();
  const auto rule = broken_in(rules);
  if (rule == rules.end()) return;
  fail("I14", "vCPU %u is entered with segment registers that entry refuses, not executed: %s %s (SDM %s)", id,
       rule->subject, rule->text, rule->section);
}

/// Hardware is about to run real mode in virtual-8086 mode.
void world::judge_disguised_segments(unsigned id) {
  const vcpu::segments s = vcpus_[id]->segments();
  for (unsigned n = 0; n < loaded_by_code; ++n) {
    const vcpu::segment& r = s.registers[n];
    if (reference::means_the_same_in_virtual_8086_mode(r.selector, r.base, r.limit, r.rights)) continue;
    return fail("I14",
                "vCPU %u is entered in virtual-8086 mode, where its segment register %u means something else: "
                "selector %#llx, base %#llx, limit %#llx, rights %#llx",
                id, n, ull(r.selector), ull(r.base), ull(r.limit), ull(r.rights));
  }
}

/// The segments that the core tells are those that hardware is to be entered with; in the place of real mode, selectors
/// and bases of those that code loads are.
void world::judge_told_segments(unsigned id, const vcpu::segments& told) {
  using enum x86::vmcs;
  const machine::processor& cpu = machine_->cpu(id);
  const bool disguised = vcpus_[id]->disguised();
  bool same = true;
  for (unsigned n = 0; n < (disguised ? loaded_by_code : vcpu::segment_count); ++n) {
    const vcpu::segment& s = told.registers[n];
    same = same && s.selector == cpu.read_register(nth(guest_es_selector, n)) &&
           s.base == cpu.read_register(nth(guest_es_base, n));
    if (disguised) continue;
    same = same && s.limit == cpu.read_register(nth(guest_es_limit, n)) &&
           s.rights == cpu.read_register(nth(guest_es_rights, n));
  }
  const auto is = [&cpu](const vcpu::descriptor_table& t, x86::vmcs base, x86::vmcs limit) {
    return t.base == cpu.read_register(base) && t.limit == cpu.read_register(limit);
  };
  same = same && (disguised || (is(told.gdtr, guest_gdtr_base, guest_gdtr_limit) &&
                                is(told.idtr, guest_idtr_base, guest_idtr_limit)));
  if (!same) fail("I16", "the segments that the VMM of vCPU %u sees are not those that it is entered with", id);
}

}  // namespace umbra::fuzz
