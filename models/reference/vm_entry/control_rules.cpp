// 27.2.1.1: checks on VM-execution control fields.
#include "models/reference/vm_entry/rules.hpp"

#include "core/x86/msr.hpp"
#include "models/reference/vm_entry/terms.hpp"

namespace umbra::reference {
namespace {

using enum x86::vmcs;
using enum entry_failure;
namespace pinc = x86::pin_control;
namespace proc = x86::processor_control;
namespace sec = x86::secondary_control;
constexpr const char* section = "27.2.1.1";

/// The address in `which` names a page, if this control is 1.
flag page_if(flag control, x86::vmcs which, const entry_view& v) { return implies(control, names_page(v(which), v)); }

/// Bits 7:4 of VTPR, the byte at offset 80H of the virtual-APIC page (30.1.1).
word virtual_priority(const entry_view& v) { return field(v.memory.read(v(virtual_apic_page) + 0x80, 4), 4, 4); }

/// VTPR is read only where the rule asks for it: its page may be nowhere.
flag threshold_is_low(const entry_view& v) {
  if (both(primary(v, proc::tpr_shadow),
           negate(either(secondary(v, sec::virtualize_apic_accesses), secondary(v, sec::virtual_interrupt_delivery)))))
    if (names_page(v(virtual_apic_page), v)) return (v(tpr_threshold) & bits(3, 0)) <= virtual_priority(v);
  return flag(true);
}

constexpr entry_rule rules[] = {
    {control, section, "pin-based controls", "are those that the processor supports",
     [](const entry_view& v) { return allowed(v(pin_controls), v.processor.pin); }},
    {control, section, "primary processor-based controls", "are those that the processor supports",
     [](const entry_view& v) { return allowed(v(processor_controls), v.processor.processor); }},
    {control, section, "secondary processor-based controls", "if activated, are those that the processor supports",
     [](const entry_view& v) {
       return implies(primary(v, proc::secondary), allowed(v(secondary_controls), v.processor.secondary));
     }},
    {control, section, "CR3-target count", "is at most what IA32_VMX_MISC says, 4 as a rule",
     [](const entry_view& v) {
       namespace misc = x86::vmx_misc;
       return v(cr3_target_count) <= field(v.processor.misc, misc::cr3_targets_at, misc::cr3_targets_bits);
     }},
    {control, section, "I/O-bitmap A", "names a page, if \"use I/O bitmaps\" is 1",
     [](const entry_view& v) { return page_if(primary(v, proc::use_io_bitmaps), io_bitmap_a, v); }},
    {control, section, "I/O-bitmap B", "names a page, if \"use I/O bitmaps\" is 1",
     [](const entry_view& v) { return page_if(primary(v, proc::use_io_bitmaps), io_bitmap_b, v); }},
    {control, section, "MSR bitmap", "names a page, if \"use MSR bitmaps\" is 1",
     [](const entry_view& v) { return page_if(primary(v, proc::use_msr_bitmaps), msr_bitmap, v); }},

    {control, section, "virtual-APIC address", "names a page, if \"use TPR shadow\" is 1",
     [](const entry_view& v) { return page_if(primary(v, proc::tpr_shadow), virtual_apic_page, v); }},
    {control, section, "TPR threshold", "has bits 31:4 clear, with a TPR shadow but no virtual-interrupt delivery",
     [](const entry_view& v) {
       return implies(both(primary(v, proc::tpr_shadow), negate(secondary(v, sec::virtual_interrupt_delivery))),
                      clear(v(tpr_threshold), 31, 4));
     }},
    {control, section, "TPR threshold",
     "is not above VTPR, with a TPR shadow and neither APIC accesses nor interrupts virtual",
     [](const entry_view& v) { return threshold_is_low(v); }},
    {control, section, "TPR shadow", "is used by x2APIC mode, APIC registers and interrupts that are virtual",
     [](const entry_view& v) {
       return implies(
           secondary(v, sec::virtualize_x2apic | sec::apic_register_virtualization | sec::virtual_interrupt_delivery),
           primary(v, proc::tpr_shadow));
     }},
    {control, section, "virtualize APIC accesses", "and virtualize x2APIC mode are not both 1",
     [](const entry_view& v) {
       return negate(both(secondary(v, sec::virtualize_apic_accesses), secondary(v, sec::virtualize_x2apic)));
     }},
    {control, section, "APIC-access address", "names a page, if \"virtualize APIC accesses\" is 1",
     [](const entry_view& v) { return page_if(secondary(v, sec::virtualize_apic_accesses), apic_access_page, v); }},
    {control, section, "virtual-interrupt delivery", "needs external-interrupt exiting",
     [](const entry_view& v) {
       return implies(secondary(v, sec::virtual_interrupt_delivery), pin(v, pinc::external_interrupt_exiting));
     }},

    {control, section, "virtual NMIs", "need NMI exiting",
     [](const entry_view& v) { return implies(pin(v, pinc::virtual_nmis), pin(v, pinc::nmi_exiting)); }},
    {control, section, "NMI-window exiting", "needs virtual NMIs",
     [](const entry_view& v) { return implies(primary(v, proc::nmi_window_exiting), pin(v, pinc::virtual_nmis)); }},

    {control, section, "posted interrupts", "need virtual-interrupt delivery",
     [](const entry_view& v) {
       return implies(pin(v, pinc::posted_interrupts), secondary(v, sec::virtual_interrupt_delivery));
     }},
    {control, section, "posted interrupts", "need interrupts to be acknowledged on exit",
     [](const entry_view& v) {
       return implies(pin(v, pinc::posted_interrupts), on_exit(v, x86::exit_control::acknowledge_interrupt));
     }},
    {control, section, "posted-interrupt notification vector", "is at most 255",
     [](const entry_view& v) {
       return implies(pin(v, pinc::posted_interrupts), clear(v(posted_interrupt_vector), 15, 8));
     }},
    {control, section, "posted-interrupt descriptor", "is aligned to 64 bytes and within the physical-address width",
     [](const entry_view& v) {
       return implies(pin(v, pinc::posted_interrupts), both(clear(v(posted_interrupt_descriptor), 5, 0),
                                                            within_width(v(posted_interrupt_descriptor), v)));
     }},

    {control, section, "VPID", "is not 0, if \"enable VPID\" is 1",
     [](const entry_view& v) { return implies(secondary(v, sec::enable_vpid), v(vpid) != word{0}); }},

    {control, section, "EPT pointer", "has a memory type that the processor supports for EPT",
     [](const entry_view& v) {
       const word type = v(ept_pointer) & bits(2, 0);
       const flag uc =
           both(type == word{x86::memory_type::uc}, has(v.processor.ept_vpid, x86::ept_capability::uncacheable));
       const flag wb =
           both(type == word{x86::memory_type::wb}, has(v.processor.ept_vpid, x86::ept_capability::write_back));
       return implies(secondary(v, sec::enable_ept), either(uc, wb));
     }},
    {control, section, "EPT pointer", "asks for a walk of four levels",
     [](const entry_view& v) {
       return implies(secondary(v, sec::enable_ept), field(v(ept_pointer), 3, 3) == word{3});
     }},
    {control, section, "EPT pointer", "asks for accessed and dirty flags only where there are some",
     [](const entry_view& v) {
       return implies(both(secondary(v, sec::enable_ept), has(v(ept_pointer), bits(6, 6))),
                      has(v.processor.ept_vpid, x86::ept_capability::accessed_dirty));
     }},
    {control, section, "EPT pointer", "has bits 11:7 clear, and those beyond the physical-address width",
     [](const entry_view& v) {
       return implies(secondary(v, sec::enable_ept),
                      both(clear(v(ept_pointer), 11, 7), within_width(v(ept_pointer), v)));
     }},
    {control, section, "page-modification logging", "needs EPT",
     [](const entry_view& v) { return implies(secondary(v, sec::enable_pml), secondary(v, sec::enable_ept)); }},
    {control, section, "page-modification log", "names a page, if \"enable PML\" is 1",
     [](const entry_view& v) { return page_if(secondary(v, sec::enable_pml), page_modification_log, v); }},
    {control, section, "unrestricted guest", "needs EPT",
     [](const entry_view& v) { return implies(unrestricted(v), secondary(v, sec::enable_ept)); }},
    {control, section, "mode-based execute control", "needs EPT",
     [](const entry_view& v) { return implies(secondary(v, sec::mode_based_execute), secondary(v, sec::enable_ept)); }},
    {control, section, "VM functions", "are those that the processor supports",
     [](const entry_view& v) {
       return implies(secondary(v, sec::enable_vm_functions), (v(vm_functions) & ~v.processor.vm_functions) == word{0});
     }},
    {control, section, "EPTP switching", "needs EPT, and a list that names a page",
     [](const entry_view& v) {
       return implies(both(secondary(v, sec::enable_vm_functions), has(v(vm_functions), bits(0, 0))),
                      both(secondary(v, sec::enable_ept), names_page(v(eptp_list), v)));
     }},
    {control, section, "VMREAD bitmap", "names a page, if \"VMCS shadowing\" is 1",
     [](const entry_view& v) { return page_if(secondary(v, sec::vmcs_shadowing), vmread_bitmap, v); }},
    {control, section, "VMWRITE bitmap", "names a page, if \"VMCS shadowing\" is 1",
     [](const entry_view& v) { return page_if(secondary(v, sec::vmcs_shadowing), vmwrite_bitmap, v); }},
    {control, section, "virtualization-exception area", "names a page, if \"EPT-violation #VE\" is 1",
     [](const entry_view& v) {
       return page_if(secondary(v, sec::ept_violation_exception), virtualization_exception_area, v);
     }},
};

}  // namespace

entry_rules execution_control_rules() { return rules; }

}  // namespace umbra::reference
