// 27.3.1.1: checks on guest control registers, debug registers and MSRs.
#include "models/reference/vm_entry/rules.hpp"

#include "core/x86/debug.hpp"
#include "models/reference/memory_types.hpp"
#include "models/reference/vm_entry/terms.hpp"

namespace umbra::reference {
namespace {

using enum x86::vmcs;
using enum entry_failure;
namespace nc = x86::entry_control;
constexpr const char* section = "27.3.1.1";

/// CD and NW are never checked, since VM entry does not change them; PE and PG are free in an unrestricted guest.
word unchecked_cr0(const entry_view& v) {
  return word{x86::cr0::cd | x86::cr0::nw} | when(unrestricted(v), x86::cr0::pe | x86::cr0::pg);
}

constexpr entry_rule rules[] = {
    {guest, section, "CR0", "has the bits that VMX fixes",
     [](const entry_view& v) {
       return both((v.processor.cr0_fixed0 & ~v(guest_cr0) & ~unchecked_cr0(v)) == word{0},
                   (v(guest_cr0) & ~v.processor.cr0_fixed1 & ~unchecked_cr0(v)) == word{0});
     }},
    {guest, section, "CR0", "has PG only with PE",
     [](const entry_view& v) { return implies(v.has(guest_cr0, x86::cr0::pg), v.has(guest_cr0, x86::cr0::pe)); }},
    {guest, section, "CR4", "has the bits that VMX fixes",
     [](const entry_view& v) {
       return both((v.processor.cr4_fixed0 & ~v(guest_cr4)) == word{0},
                   (v(guest_cr4) & ~v.processor.cr4_fixed1) == word{0});
     }},
    {guest, section, "CR4", "has CET only with CR0.WP",
     [](const entry_view& v) { return implies(v.has(guest_cr4, x86::cr4::cet), v.has(guest_cr0, x86::cr0::wp)); }},
    {guest, section, "IA32_DEBUGCTL", "has no reserved bit, if debug controls are loaded",
     [](const entry_view& v) {
       return implies(on_entry(v, nc::load_debug), (v(guest_debugctl) & ~v.processor.debugctl) == word{0});
     }},
    {guest, section, "IA-32e mode guest", "has CR0.PG and CR4.PAE",
     [](const entry_view& v) {
       return implies(ia32e_guest(v), both(v.has(guest_cr0, x86::cr0::pg), v.has(guest_cr4, x86::cr4::pae)));
     }},
    {guest, section, "CR4", "has PCIDE only in an IA-32e mode guest",
     [](const entry_view& v) { return implies(v.has(guest_cr4, x86::cr4::pcide), ia32e_guest(v)); }},
    {guest, section, "CR3", "is within the physical-address width",
     [](const entry_view& v) { return within_width(v(guest_cr3), v); }},
    {guest, section, "DR7", "has 32 bits, if debug controls are loaded",
     [](const entry_view& v) { return implies(on_entry(v, nc::load_debug), clear(v(guest_dr7), 63, 32)); }},
    {guest, section, "SYSENTER ESP", "is canonical",
     [](const entry_view& v) { return canonical(v(guest_sysenter_esp)); }},
    {guest, section, "SYSENTER EIP", "is canonical",
     [](const entry_view& v) { return canonical(v(guest_sysenter_eip)); }},
    {guest, section, "IA32_PERF_GLOBAL_CTRL", "has no reserved bit, if it is loaded",
     [](const entry_view& v) {
       return implies(on_entry(v, nc::load_performance_control),
                      (v(guest_performance_control) & ~v.processor.performance_control) == word{0});
     }},
    {guest, section, "IA32_PAT", "holds memory types, if it is loaded",
     [](const entry_view& v) { return implies(on_entry(v, nc::load_pat), are_pat_types(v(guest_pat))); }},
    {guest, section, "IA32_EFER", "has no reserved bit, if it is loaded",
     [](const entry_view& v) {
       return implies(on_entry(v, nc::load_efer), (v(guest_efer) & ~efer_bits(v)) == word{0});
     }},
    {guest, section, "IA32_EFER", "has LMA as \"IA-32e mode guest\" is, if it is loaded",
     [](const entry_view& v) {
       return implies(on_entry(v, nc::load_efer), v.has(guest_efer, x86::efer::lma) == ia32e_guest(v));
     }},
    {guest, section, "IA32_EFER", "has LME equal to LMA while CR0.PG is 1, if it is loaded",
     [](const entry_view& v) {
       return implies(both(on_entry(v, nc::load_efer), v.has(guest_cr0, x86::cr0::pg)),
                      v.has(guest_efer, x86::efer::lma) == v.has(guest_efer, x86::efer::lme));
     }},
    {guest, section, "IA32_BNDCFGS", "has bits 11:2 clear and a canonical address, if it is loaded",
     [](const entry_view& v) {
       return implies(on_entry(v, nc::load_bndcfgs), both(clear(v(guest_bndcfgs), 11, 2), canonical(v(guest_bndcfgs))));
     }},
};

}  // namespace

entry_rules register_rules() { return rules; }

}  // namespace umbra::reference
