// 27.2.1.3: checks on the event that VM entry is to inject.
#include "models/reference/vm_entry/rules.hpp"

#include "models/reference/error_code_vectors.hpp"
#include "models/reference/vm_entry/terms.hpp"

namespace umbra::reference {
namespace {

using enum x86::vmcs;
using enum entry_failure;
using x86::event_type;
constexpr const char* section = "27.2.1.3";

flag of_type(const entry_view& v, event_type t) { return injected_type(v) == word{static_cast<unsigned>(t)}; }

/// Whether the processor supports the 1-setting of this primary control (A.3.2).
flag offers(const entry_view& v, std::uint32_t bit) { return has(v.processor.processor >> 32, bit); }

flag is_software_event(const entry_view& v) {
  return either(of_type(v, event_type::software_interrupt),
                either(of_type(v, event_type::privileged_exception), of_type(v, event_type::software_exception)));
}

flag delivers_code(const entry_view& v) { return v.has(entry_event, x86::event_field::has_error_code); }

/// With an unrestricted guest, an exception in real mode has no error code.
flag may_have_code(const entry_view& v) { return either(negate(unrestricted(v)), cr0_has(v, x86::cr0::pe)); }

constexpr entry_rule rules[] = {
    {control, section, "event to inject",
     "is of no reserved type: not 1, and 7 only where there is a monitor trap flag",
     [](const entry_view& v) {
       return implies(injects(v), negate(either(injected_type(v) == word{1},
                                                both(of_type(v, event_type::other),
                                                     negate(offers(v, x86::processor_control::monitor_trap_flag))))));
     }},
    {control, section, "event to inject", "has vector 2 if it is an NMI",
     [](const entry_view& v) { return implies(injects(v, event_type::nmi), injected_vector(v) == word{2}); }},
    {control, section, "event to inject", "has a vector of at most 31 if it is a hardware exception",
     [](const entry_view& v) {
       return implies(injects(v, event_type::hardware_exception), injected_vector(v) <= word{31});
     }},
    {control, section, "event to inject", "has vector 0 if it is of type 7: a pending MTF exit",
     [](const entry_view& v) { return implies(injects(v, event_type::other), injected_vector(v) == word{0}); }},
    {control, section, "error code", "is delivered only by a hardware exception, and outside real mode",
     [](const entry_view& v) {
       return implies(both(injects(v), delivers_code(v)),
                      both(of_type(v, event_type::hardware_exception), may_have_code(v)));
     }},
    {control, section, "error code", "is delivered by those exceptions that have one, unless the processor cares not",
     [](const entry_view& v) {
       const flag asked = both(both(injects(v, event_type::hardware_exception), may_have_code(v)),
                               negate(has(v.processor.basic, x86::vmx_basic::any_error_code)));
       return implies(asked, delivers_code(v) ==
                                 pushes_error_code(injected_vector(v), has(v.processor.cr4_fixed1, x86::cr4::cet)));
     }},
    {control, section, "event to inject", "has bits 30:12 clear",
     [](const entry_view& v) { return implies(injects(v), clear(v(entry_event), 30, 12)); }},
    {control, section, "error code", "has bits 31:16 clear",
     [](const entry_view& v) {
       return implies(both(injects(v), delivers_code(v)), clear(v(entry_error_code), 31, 16));
     }},
    {control, section, "instruction length", "is 1 to 15 for a software interrupt or exception; 0 only where supported",
     [](const entry_view& v) {
       const word length = v(entry_instruction_length);
       const flag zero_allowed = has(v.processor.misc, x86::vmx_misc::zero_length_injection);
       return implies(both(injects(v), is_software_event(v)),
                      both(length <= word{15}, either(length != word{0}, zero_allowed)));
     }},
};

}  // namespace

entry_rules event_rules() { return rules; }

}  // namespace umbra::reference
