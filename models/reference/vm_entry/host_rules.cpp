// 27.2.2 to 27.2.4: checks on the host-state area, and on the size of the host's addresses.
#include "models/reference/vm_entry/rules.hpp"

#include "models/reference/memory_types.hpp"
#include "models/reference/vm_entry/terms.hpp"

namespace umbra::reference {
namespace {

using enum x86::vmcs;
using enum entry_failure;
namespace xc = x86::exit_control;

flag host_64_bit(const entry_view& v) { return on_exit(v, xc::host_64_bit); }

/// RPL and TI are 0 in the `i`-th selector.
flag ring0_and_global(const entry_view& v, unsigned i) { return clear(v(nth(host_es_selector, i)), 2, 0); }

constexpr const char* registers = "27.2.2";
constexpr const char* segments = "27.2.3";
constexpr const char* sizes = "27.2.4";

constexpr entry_rule rules[] = {
    // CD and NW are not checked: a VM exit does not change them.
    {host, registers, "host CR0", "has the bits that VMX fixes",
     [](const entry_view& v) {
       const word unchecked = word{x86::cr0::cd | x86::cr0::nw};
       return both((v.processor.cr0_fixed0 & ~v(host_cr0) & ~unchecked) == word{0},
                   (v(host_cr0) & ~v.processor.cr0_fixed1 & ~unchecked) == word{0});
     }},
    {host, registers, "host CR4", "has the bits that VMX fixes",
     [](const entry_view& v) {
       return both((v.processor.cr4_fixed0 & ~v(host_cr4)) == word{0},
                   (v(host_cr4) & ~v.processor.cr4_fixed1) == word{0});
     }},
    {host, registers, "host CR4", "has CET only with CR0.WP",
     [](const entry_view& v) { return implies(v.has(host_cr4, x86::cr4::cet), v.has(host_cr0, x86::cr0::wp)); }},
    {host, registers, "host CR3", "is within the physical-address width",
     [](const entry_view& v) { return within_width(v(host_cr3), v); }},
    {host, registers, "host SYSENTER ESP", "is canonical",
     [](const entry_view& v) { return canonical(v(host_sysenter_esp)); }},
    {host, registers, "host SYSENTER EIP", "is canonical",
     [](const entry_view& v) { return canonical(v(host_sysenter_eip)); }},
    {host, registers, "host IA32_PERF_GLOBAL_CTRL", "has no reserved bit, if it is loaded",
     [](const entry_view& v) {
       return implies(on_exit(v, xc::load_performance_control),
                      (v(host_performance_control) & ~v.processor.performance_control) == word{0});
     }},
    {host, registers, "host IA32_PAT", "holds memory types, if it is loaded",
     [](const entry_view& v) { return implies(on_exit(v, xc::load_pat), are_pat_types(v(host_pat))); }},
    {host, registers, "host IA32_EFER", "has no reserved bit, if it is loaded",
     [](const entry_view& v) { return implies(on_exit(v, xc::load_efer), (v(host_efer) & ~efer_bits(v)) == word{0}); }},
    {host, registers, "host IA32_EFER", "has LMA and LME as \"host address-space size\" is, if it is loaded",
     [](const entry_view& v) {
       return implies(on_exit(v, xc::load_efer), both(v.has(host_efer, x86::efer::lma) == host_64_bit(v),
                                                      v.has(host_efer, x86::efer::lme) == host_64_bit(v)));
     }},

    {host, segments, "host ES", "has RPL 0 and TI 0", [](const entry_view& v) { return ring0_and_global(v, 0); }},
    {host, segments, "host CS", "has RPL 0 and TI 0", [](const entry_view& v) { return ring0_and_global(v, 1); }},
    {host, segments, "host SS", "has RPL 0 and TI 0", [](const entry_view& v) { return ring0_and_global(v, 2); }},
    {host, segments, "host DS", "has RPL 0 and TI 0", [](const entry_view& v) { return ring0_and_global(v, 3); }},
    {host, segments, "host FS", "has RPL 0 and TI 0", [](const entry_view& v) { return ring0_and_global(v, 4); }},
    {host, segments, "host GS", "has RPL 0 and TI 0", [](const entry_view& v) { return ring0_and_global(v, 5); }},
    {host, segments, "host TR", "has RPL 0 and TI 0", [](const entry_view& v) { return ring0_and_global(v, 6); }},
    {host, segments, "host CS", "is not null", [](const entry_view& v) { return v(host_cs_selector) != word{0}; }},
    {host, segments, "host TR", "is not null", [](const entry_view& v) { return v(host_tr_selector) != word{0}; }},
    {host, segments, "host SS", "is not null unless the host is in 64-bit mode",
     [](const entry_view& v) { return either(host_64_bit(v), v(host_ss_selector) != word{0}); }},
    {host, segments, "host FS", "has a canonical base", [](const entry_view& v) { return canonical(v(host_fs_base)); }},
    {host, segments, "host GS", "has a canonical base", [](const entry_view& v) { return canonical(v(host_gs_base)); }},
    {host, segments, "host GDTR", "has a canonical base",
     [](const entry_view& v) { return canonical(v(host_gdtr_base)); }},
    {host, segments, "host IDTR", "has a canonical base",
     [](const entry_view& v) { return canonical(v(host_idtr_base)); }},
    {host, segments, "host TR", "has a canonical base", [](const entry_view& v) { return canonical(v(host_tr_base)); }},

    {host, sizes, "host address-space size", "is 1 exactly in IA-32e mode",
     [](const entry_view& v) { return host_64_bit(v) == v.processor.long_mode; }},
    {host, sizes, "IA-32e mode guest", "needs a host in IA-32e mode, now and after the exit",
     [](const entry_view& v) { return implies(ia32e_guest(v), both(v.processor.long_mode, host_64_bit(v))); }},
    {host, sizes, "host CR4", "has PAE in a 64-bit host, and no PCIDE in another",
     [](const entry_view& v) {
       return both(implies(host_64_bit(v), v.has(host_cr4, x86::cr4::pae)),
                   implies(negate(host_64_bit(v)), negate(v.has(host_cr4, x86::cr4::pcide))));
     }},
    {host, sizes, "host RIP", "is canonical in a 64-bit host, and has 32 bits in another",
     [](const entry_view& v) { return select(host_64_bit(v), canonical(v(host_rip)), clear(v(host_rip), 63, 32)); }},
};

}  // namespace

entry_rules host_rules() { return rules; }

}  // namespace umbra::reference
