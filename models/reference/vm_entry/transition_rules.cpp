// 27.2.1.2 and 27.2.1.3: checks on VM-exit and VM-entry control fields, but for the event to be injected.
#include "models/reference/vm_entry/rules.hpp"

#include "models/reference/vm_entry/terms.hpp"

namespace umbra::reference {
namespace {

using enum x86::vmcs;
using enum entry_failure;

/// A list of MSRs: if it has entries, it is aligned to 16 bytes, and the first and the last byte are within the
/// physical-address width.
flag list_lies_well(x86::vmcs address, x86::vmcs count, const entry_view& v) {
  const word first = v(address), last = first + v(count) * word{16} - word{1};
  return implies(v(count) != word{0}, both(clear(first, 3, 0), both(within_width(first, v), within_width(last, v))));
}

constexpr entry_rule rules[] = {
    {control, "27.2.1.2", "exit controls", "are those that the processor supports",
     [](const entry_view& v) { return allowed(v(exit_controls), v.processor.exit); }},
    {control, "27.2.1.2", "save VMX-preemption timer", "needs \"activate VMX-preemption timer\"",
     [](const entry_view& v) {
       return implies(on_exit(v, x86::exit_control::save_preemption_timer), pin(v, x86::pin_control::preemption_timer));
     }},
    {control, "27.2.1.2", "exit MSR-store list", "is aligned to 16 bytes and within the physical-address width",
     [](const entry_view& v) { return list_lies_well(exit_msr_store_address, exit_msr_store_count, v); }},
    {control, "27.2.1.2", "exit MSR-load list", "is aligned to 16 bytes and within the physical-address width",
     [](const entry_view& v) { return list_lies_well(exit_msr_load_address, exit_msr_load_count, v); }},

    {control, "27.2.1.3", "entry controls", "are those that the processor supports",
     [](const entry_view& v) { return allowed(v(entry_controls), v.processor.entry); }},
    {control, "27.2.1.3", "entry MSR-load list", "is aligned to 16 bytes and within the physical-address width",
     [](const entry_view& v) { return list_lies_well(entry_msr_load_address, entry_msr_load_count, v); }},
    {control, "27.2.1.3", "entry to SMM", "and \"deactivate dual-monitor treatment\" are 0 outside SMM",
     [](const entry_view& v) {
       using namespace x86::entry_control;
       return implies(negate(v.processor.in_smm), negate(on_entry(v, entry_to_smm | deactivate_dual_monitor)));
     }},
    {control, "27.2.1.3", "entry to SMM", "and \"deactivate dual-monitor treatment\" are not both 1",
     [](const entry_view& v) {
       using namespace x86::entry_control;
       return negate(both(on_entry(v, entry_to_smm), on_entry(v, deactivate_dual_monitor)));
     }},
};

}  // namespace

entry_rules transition_control_rules() { return rules; }

}  // namespace umbra::reference
