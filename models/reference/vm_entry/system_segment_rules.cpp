// 27.3.1.2 and 27.3.1.3: checks on the guest's LDTR, TR, GDTR and IDTR.
#include "models/reference/vm_entry/rules.hpp"
#include "models/reference/vm_entry/segment.hpp"

namespace umbra::reference {
namespace {

using enum x86::vmcs;
using enum entry_failure;
namespace right = x86::segment_rights;
using ldtr_view = segment_view<segment::ldtr>;
using tr_view = segment_view<segment::tr>;
constexpr const char* segments = "27.3.1.2";
constexpr const char* tables = "27.3.1.3";

flag if_usable(const entry_view& v, flag holds) { return implies(ldtr_view{v}.usable(), holds); }

constexpr entry_rule rules[] = {
    {guest, segments, "TR", "has TI 0",
     [](const entry_view& v) { return negate(has(tr_view{v}.selector(), x86::selector::local)); }},
    {guest, segments, "TR", "has a canonical base", [](const entry_view& v) { return canonical(tr_view{v}.base()); }},
    {guest, segments, "TR", "is a busy TSS, of 16 bits only outside IA-32e mode",
     [](const entry_view& v) {
       const word type = tr_view{v}.type();
       return either(type == word{right::busy_32_bit_tss},
                     both(type == word{right::busy_16_bit_tss}, negate(ia32e_guest(v))));
     }},
    {guest, segments, "TR", "is a system segment",
     [](const entry_view& v) { return negate(tr_view{v}.has_right(right::code_or_data)); }},
    {guest, segments, "TR", "is present", [](const entry_view& v) { return tr_view{v}.has_right(right::present); }},
    {guest, segments, "TR", "has no reserved access right",
     [](const entry_view& v) { return tr_view{v}.reserved_clear(); }},
    {guest, segments, "TR", "has the granularity that its limit needs",
     [](const entry_view& v) { return tr_view{v}.granularity_fits(); }},
    {guest, segments, "TR", "is usable", [](const entry_view& v) { return tr_view{v}.usable(); }},

    {guest, segments, "LDTR", "has TI 0 if usable",
     [](const entry_view& v) { return if_usable(v, negate(has(ldtr_view{v}.selector(), x86::selector::local))); }},
    {guest, segments, "LDTR", "has a canonical base if usable",
     [](const entry_view& v) { return if_usable(v, canonical(ldtr_view{v}.base())); }},
    {guest, segments, "LDTR", "is an LDT if usable",
     [](const entry_view& v) { return if_usable(v, ldtr_view{v}.type() == word{right::ldt}); }},
    {guest, segments, "LDTR", "is a system segment if usable",
     [](const entry_view& v) { return if_usable(v, negate(ldtr_view{v}.has_right(right::code_or_data))); }},
    {guest, segments, "LDTR", "is present if usable",
     [](const entry_view& v) { return if_usable(v, ldtr_view{v}.has_right(right::present)); }},
    {guest, segments, "LDTR", "has no reserved access right if usable",
     [](const entry_view& v) { return if_usable(v, ldtr_view{v}.reserved_clear()); }},
    {guest, segments, "LDTR", "has the granularity that its limit needs if usable",
     [](const entry_view& v) { return if_usable(v, ldtr_view{v}.granularity_fits()); }},

    {guest, tables, "GDTR", "has a canonical base", [](const entry_view& v) { return canonical(v(guest_gdtr_base)); }},
    {guest, tables, "IDTR", "has a canonical base", [](const entry_view& v) { return canonical(v(guest_idtr_base)); }},
    {guest, tables, "GDTR", "has a limit of 16 bits",
     [](const entry_view& v) { return clear(v(guest_gdtr_limit), 31, 16); }},
    {guest, tables, "IDTR", "has a limit of 16 bits",
     [](const entry_view& v) { return clear(v(guest_idtr_limit), 31, 16); }},
};

}  // namespace

entry_rules system_segment_rules() { return rules; }

}  // namespace umbra::reference
