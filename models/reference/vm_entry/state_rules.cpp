// 27.3.1.4 and 27.3.1.5: checks on guest RIP, RFLAGS and non-register state.
#include "models/reference/vm_entry/rules.hpp"

#include "core/x86/activity.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/exception.hpp"
#include "core/x86/interruptibility.hpp"
#include "models/reference/vm_entry/segment.hpp"

namespace umbra::reference {
namespace {

using enum x86::vmcs;
using enum entry_failure;
using x86::event_type;
namespace blocking = x86::interruptibility;
namespace pending = x86::pending_debug;
constexpr const char* registers = "27.3.1.4";
constexpr const char* state = "27.3.1.5";

flag blocks(const entry_view& v, std::uint64_t how) { return v.has(guest_interruptibility, how); }
flag is_in(const entry_view& v, std::uint64_t activity) { return v(guest_activity) == word{activity}; }

flag injects_exception(const entry_view& v, x86::exception e) {
  return both(injects(v, event_type::hardware_exception), injected_vector(v) == word{x86::vector_of(e)});
}

/// In HLT: interrupts, NMIs, #DB, #MC and pending MTF exits.
flag hlt_takes(const entry_view& v) {
  return either(
      either(injects(v, event_type::external_interrupt), injects(v, event_type::nmi)),
      either(either(injects_exception(v, x86::exception::debug), injects_exception(v, x86::exception::machine_check)),
             both(injects(v, event_type::other), injected_vector(v) == word{0})));
}

/// In shutdown: NMIs and #MC.
flag shutdown_takes(const entry_view& v) {
  return either(injects(v, event_type::nmi), injects_exception(v, x86::exception::machine_check));
}

/// A single step is due after the instruction that blocks, or that halted: TF, unless branches alone are stepped.
flag steps(const entry_view& v) {
  return both(rflags_have(v, x86::rflags::tf), negate(v.has(guest_debugctl, x86::debugctl::btf)));
}

flag has_link(const entry_view& v) { return v(link_pointer) != word{bits(63, 0)}; }

/// The VMCS is read only where there can be one.
flag link_leads_to_vmcs(const entry_view& v) {
  if (both(has_link(v), names_page(v(link_pointer), v))) {
    const word first = v.memory.read(v(link_pointer), 4);
    return both((first & bits(30, 0)) == (v.processor.basic & bits(30, 0)),
                has(first, bits(31, 31)) == secondary(v, x86::secondary_control::vmcs_shadowing));
  }
  return flag(true);
}

constexpr entry_rule rules[] = {
    {guest, registers, "RIP", "has 32 bits outside 64-bit mode",
     [](const entry_view& v) {
       const flag code64 = both(ia32e_guest(v), segment_view<segment::cs>{v}.has_right(x86::segment_rights::long_mode));
       return either(code64, negate(v.has(guest_rip, bits(63, 32))));
     }},
    // Not quite canonical: bit 47 may differ from those above it.
    {guest, registers, "RIP", "has equal bits 63:48 in 64-bit mode",
     [](const entry_view& v) {
       const flag code64 = both(ia32e_guest(v), segment_view<segment::cs>{v}.has_right(x86::segment_rights::long_mode));
       const word high = v.bits(guest_rip, bits(63, 48));
       return implies(code64, either(high == word{0}, high == word{bits(63, 48)}));
     }},
    {guest, registers, "RFLAGS", "has bits 63:22, 15, 5 and 3 clear, and bit 1 set",
     [](const entry_view& v) {
       return both(rflags_have(v, x86::rflags::fixed),
                   negate(rflags_have(v, bits(63, 22) | bits(15, 15) | bits(5, 5) | bits(3, 3))));
     }},
    {guest, registers, "RFLAGS", "has VM only in a guest in protected mode, not IA-32e mode",
     [](const entry_view& v) {
       return implies(virtual_8086(v), both(negate(ia32e_guest(v)), cr0_has(v, x86::cr0::pe)));
     }},
    {guest, registers, "RFLAGS", "has IF if an external interrupt is injected",
     [](const entry_view& v) {
       return implies(injects(v, event_type::external_interrupt), rflags_have(v, x86::rflags::interrupt));
     }},

    {guest, state, "activity state", "is one that the processor supports",
     [](const entry_view& v) {
       const word misc = v.processor.misc;
       return either(
           either(is_in(v, x86::activity::active),
                  both(is_in(v, x86::activity::hlt), has(misc, x86::vmx_misc::hlt_state))),
           either(both(is_in(v, x86::activity::shutdown), has(misc, x86::vmx_misc::shutdown_state)),
                  both(is_in(v, x86::activity::wait_for_sipi), has(misc, x86::vmx_misc::wait_for_sipi_state))));
     }},
    {guest, state, "activity state", "is HLT only if the DPL of SS is 0",
     [](const entry_view& v) {
       return implies(is_in(v, x86::activity::hlt), segment_view<segment::ss>{v}.dpl() == word{0});
     }},
    {guest, state, "activity state", "is active while STI or MOV SS blocks",
     [](const entry_view& v) { return implies(blocks(v, blocking::shadow), is_in(v, x86::activity::active)); }},
    {guest, state, "activity state", "HLT takes interrupts, NMIs, #DB, #MC and MTF",
     [](const entry_view& v) { return implies(both(is_in(v, x86::activity::hlt), injects(v)), hlt_takes(v)); }},
    {guest, state, "activity state", "shutdown takes NMIs and #MC",
     [](const entry_view& v) {
       return implies(both(is_in(v, x86::activity::shutdown), injects(v)), shutdown_takes(v));
     }},
    {guest, state, "activity state", "wait-for-SIPI takes nothing",
     [](const entry_view& v) { return implies(is_in(v, x86::activity::wait_for_sipi), negate(injects(v))); }},
    {guest, state, "activity state", "is not wait-for-SIPI on an entry to SMM",
     [](const entry_view& v) {
       return implies(on_entry(v, x86::entry_control::entry_to_smm), negate(is_in(v, x86::activity::wait_for_sipi)));
     }},

    {guest, state, "interruptibility", "has bits 31:5 clear",
     [](const entry_view& v) { return clear(v(guest_interruptibility), 31, 5); }},
    {guest, state, "interruptibility", "is not both by STI and by MOV SS",
     [](const entry_view& v) { return negate(both(blocks(v, blocking::by_sti), blocks(v, blocking::by_mov_ss))); }},
    {guest, state, "interruptibility", "is by STI only while IF is 1",
     [](const entry_view& v) { return implies(blocks(v, blocking::by_sti), rflags_have(v, x86::rflags::interrupt)); }},
    {guest, state, "interruptibility", "is not by STI or MOV SS if an external interrupt is injected",
     [](const entry_view& v) {
       return implies(injects(v, event_type::external_interrupt), negate(blocks(v, blocking::shadow)));
     }},
    {guest, state, "interruptibility", "is not by MOV SS if an NMI is injected",
     [](const entry_view& v) { return implies(injects(v, event_type::nmi), negate(blocks(v, blocking::by_mov_ss))); }},
    {guest, state, "interruptibility", "is by SMI only in SMM",
     [](const entry_view& v) { return implies(blocks(v, blocking::by_smi), v.processor.in_smm); }},
    {guest, state, "interruptibility", "is by SMI on an entry to SMM",
     [](const entry_view& v) {
       return implies(on_entry(v, x86::entry_control::entry_to_smm), blocks(v, blocking::by_smi));
     }},
    // "A processor may require" this.
    {nmi, state, "interruptibility", "is not by STI if an NMI is injected",
     [](const entry_view& v) { return implies(injects(v, event_type::nmi), negate(blocks(v, blocking::by_sti))); }},
    {guest, state, "interruptibility", "is not by NMI if an NMI is injected and NMIs are virtual",
     [](const entry_view& v) {
       return implies(both(injects(v, event_type::nmi), pin(v, x86::pin_control::virtual_nmis)),
                      negate(blocks(v, blocking::by_nmi)));
     }},
    {guest, state, "interruptibility", "comes from an enclave only where there are some, and not with MOV SS",
     [](const entry_view& v) {
       return implies(blocks(v, blocking::enclave), both(v.processor.sgx, negate(blocks(v, blocking::by_mov_ss))));
     }},

    {guest, state, "pending debug exceptions", "has bits 11:4, 13, 15 and 63:17 clear",
     [](const entry_view& v) {
       return negate(v.has(guest_pending_debug, bits(11, 4) | bits(13, 13) | bits(15, 15) | bits(63, 17)));
     }},
    {guest, state, "pending debug exceptions", "has BS exactly if a step is due, after STI, MOV SS and HLT",
     [](const entry_view& v) {
       return implies(either(blocks(v, blocking::shadow), is_in(v, x86::activity::hlt)),
                      v.has(guest_pending_debug, pending::single_step) == steps(v));
     }},
    {guest, state, "pending debug exceptions", "of RTM comes alone, with bit 12, and not after MOV SS",
     [](const entry_view& v) {
       const word p = v(guest_pending_debug);
       const flag alone = both(negate(has(p, bits(11, 0) | bits(15, 13) | bits(63, 17))), has(p, bits(12, 12)));
       return implies(has(p, pending::rtm), both(alone, both(v.processor.rtm, negate(blocks(v, blocking::by_mov_ss)))));
     }},

    {link, state, "VMCS link pointer", "names a page, unless it is all ones",
     [](const entry_view& v) { return implies(has_link(v), names_page(v(link_pointer), v)); }},
    {link, state, "VMCS link pointer", "leads to a VMCS of this revision, a shadow one if those are in use",
     [](const entry_view& v) { return link_leads_to_vmcs(v); }},
    {link, state, "VMCS link pointer", "does not lead to the current VMCS, outside SMM",
     [](const entry_view& v) { return either(v.processor.in_smm, v(link_pointer) != v.processor.current_vmcs); }},
};

}  // namespace

entry_rules state_rules() { return rules; }

}  // namespace umbra::reference
