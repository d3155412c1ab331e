// The terms in which the rules of VM entry are written.
#pragma once

#include <word/word.hpp>

#include "core/x86/control.hpp"
#include "core/x86/event.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/segment.hpp"
#include "core/x86/vmx_controls.hpp"
#include "models/reference/canonical.hpp"
#include "models/reference/formats.hpp"
#include "models/reference/vm_entry/view.hpp"

namespace umbra::reference {

/// "If a, b."
inline flag implies(flag a, flag b) { return either(negate(a), b); }

/// Bits `high` to `low` are 0.
inline flag clear(word value, unsigned high, unsigned low) { return negate(has(value, bits(high, low))); }

/// No bit beyond the physical-address width.
inline flag within_width(word address, const entry_view& v) { return clear(address, 63, v.processor.cpuid.maxphyaddr); }

/// The physical address of a page: aligned, and within the width.
inline flag names_page(word address, const entry_view& v) {
  return both(clear(address, 11, 0), within_width(address, v));
}

/// `controls` has the bits that the capability MSR has in its lower half, and none that its upper half lacks (A.3).
inline flag allowed(word controls, word capability) {
  return both((capability & bits(31, 0) & ~controls) == word{0}, (controls & ~(capability >> 32)) == word{0});
}

inline flag pin(const entry_view& v, std::uint32_t bit) { return v.has(x86::vmcs::pin_controls, bit); }
inline flag primary(const entry_view& v, std::uint32_t bit) { return v.has(x86::vmcs::processor_controls, bit); }
inline flag on_exit(const entry_view& v, std::uint32_t bit) { return v.has(x86::vmcs::exit_controls, bit); }
inline flag on_entry(const entry_view& v, std::uint32_t bit) { return v.has(x86::vmcs::entry_controls, bit); }

/// Unless they are activated, all secondary controls are 0, whatever their field holds (27.2.1.1).
inline flag secondary(const entry_view& v, std::uint32_t bit) {
  return both(primary(v, x86::processor_control::secondary), v.has(x86::vmcs::secondary_controls, bit));
}

inline flag ia32e_guest(const entry_view& v) { return on_entry(v, x86::entry_control::guest_64_bit); }
inline flag unrestricted(const entry_view& v) { return secondary(v, x86::secondary_control::unrestricted_guest); }
inline flag cr0_has(const entry_view& v, std::uint64_t bit) { return v.has(x86::vmcs::guest_cr0, bit); }
inline flag rflags_have(const entry_view& v, std::uint64_t bit) { return v.has(x86::vmcs::guest_rflags, bit); }
/// "The guest will be virtual-8086" (27.3.1.2).
inline flag virtual_8086(const entry_view& v) { return rflags_have(v, x86::rflags::vm); }

/// An event is injected, of this type.
inline flag injects(const entry_view& v) { return v.has(x86::vmcs::entry_event, x86::event_field::valid); }
inline word injected_vector(const entry_view& v) { return v(x86::vmcs::entry_event) & bits(7, 0); }
inline word injected_type(const entry_view& v) {
  return field(v(x86::vmcs::entry_event), x86::event_field::type_at, x86::event_field::type_bits);
}
inline flag injects(const entry_view& v, x86::event_type t) {
  return both(injects(v), injected_type(v) == word{static_cast<unsigned>(t)});
}

/// The bits of IA32_EFER that exist (2.2.1).
inline word efer_bits(const entry_view& v) {
  return word{x86::efer::sce} | when(v.processor.cpuid.long_mode, x86::efer::lme | x86::efer::lma) |
         when(v.processor.cpuid.nx, x86::efer::nxe);
}

}  // namespace umbra::reference
