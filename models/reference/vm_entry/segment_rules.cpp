// 27.3.1.2: checks on guest segment registers ES, CS, SS, DS, FS and GS.
#include <array>

#include "models/reference/vm_entry/rules.hpp"
#include "models/reference/vm_entry/segment.hpp"

namespace umbra::reference {
namespace {

using enum entry_failure;
using enum segment;
namespace right = x86::segment_rights;
constexpr const char* section = "27.3.1.2";

/// Code segment types, all accessed (table 3-1).
flag nonconforming(word type) { return either(type == word{9}, type == word{11}); }
flag conforming(word type) { return either(type == word{13}, type == word{15}); }
flag writable_data(word type) { return either(type == word{3}, type == word{7}); }

/// What follows is asked of a guest that will not be virtual-8086, and of CS or a usable segment.
template <segment S>
flag in_protected(const entry_view& v, flag holds) {
  return implies(both(negate(virtual_8086(v)), segment_view<S>{v}.counts()), holds);
}

template <segment S>
flag base_fits(const entry_view& v) {
  const segment_view<S> s{v};
  const flag narrow = clear(s.base(), 63, 32);
  if constexpr (S == fs || S == gs) return canonical(s.base());
  return implies(s.counts(), narrow);
}

template <segment S>
flag type_fits(const entry_view& v) {
  const segment_view<S> s{v};
  const word type = s.type();
  if constexpr (S == cs)
    return in_protected<S>(
        v, either(either(nonconforming(type), conforming(type)), both(unrestricted(v), type == word{3})));
  if constexpr (S == ss) return in_protected<S>(v, writable_data(type));
  return in_protected<S>(v, both(has(type, right::accessed),
                                 implies(has(type, right::code), has(type, right::writable))));  // i.e. readable
}

flag cs_dpl_fits(const entry_view& v) {
  const segment_view<cs> code{v};
  const word dpl = code.dpl(), stack = segment_view<ss>{v}.dpl(), type = code.type();
  return both(implies(type == word{3}, dpl == word{0}),
              both(implies(nonconforming(type), dpl == stack), implies(conforming(type), dpl <= stack)));
}

/// The stack's privilege is the guest's, asked of SS even if it is unusable.
flag ss_dpl_fits(const entry_view& v) {
  const segment_view<ss> stack{v};
  const flag must_be_0 = either(segment_view<cs>{v}.type() == word{3}, negate(cr0_has(v, x86::cr0::pe)));
  return both(either(unrestricted(v), stack.dpl() == stack.rpl()), implies(must_be_0, stack.dpl() == word{0}));
}

/// Data and nonconforming code, types 0 to 11.
template <segment S>
flag data_dpl_fits(const entry_view& v) {
  const segment_view<S> s{v};
  return implies(both(negate(unrestricted(v)), s.type() <= word{11}), s.dpl() >= s.rpl());
}

template <segment S>
flag dpl_fits(const entry_view& v) {
  if constexpr (S == cs) return implies(negate(virtual_8086(v)), cs_dpl_fits(v));
  if constexpr (S == ss) return implies(negate(virtual_8086(v)), ss_dpl_fits(v));
  return in_protected<S>(v, data_dpl_fits<S>(v));
}

template <segment S>
constexpr std::array<entry_rule, 9> rules_of(const char* name) {
  return {{
      {guest, section, name, "has the selector times 16 as its base in virtual-8086 mode",
       [](const entry_view& v) {
         const segment_view<S> s{v};
         return implies(virtual_8086(v), s.base() == s.selector() << 4);
       }},
      {guest, section, name, "has a base of 32 bits if usable; FS and GS a canonical one", base_fits<S>},
      {guest, section, name, "has limit FFFFH and access rights F3H in virtual-8086 mode",
       [](const entry_view& v) {
         const segment_view<S> s{v};
         return implies(virtual_8086(v), both(s.limit() == word{0xffff}, s.rights() == word{0xf3}));
       }},
      {guest, section, name, "has a type that the register can hold", type_fits<S>},
      {guest, section, name, "is a code or data segment",
       [](const entry_view& v) { return in_protected<S>(v, segment_view<S>{v}.has_right(right::code_or_data)); }},
      {guest, section, name, "has the DPL that goes with RPL, type and SS", dpl_fits<S>},
      {guest, section, name, "is present",
       [](const entry_view& v) { return in_protected<S>(v, segment_view<S>{v}.has_right(right::present)); }},
      {guest, section, name, "has no reserved access right",
       [](const entry_view& v) { return in_protected<S>(v, segment_view<S>{v}.reserved_clear()); }},
      {guest, section, name, "has the granularity that its limit needs",
       [](const entry_view& v) { return in_protected<S>(v, segment_view<S>{v}.granularity_fits()); }},
  }};
}

constexpr entry_rule of_cs_and_ss[] = {
    {guest, section, "SS", "has the RPL of CS, unless the guest is virtual-8086 or unrestricted",
     [](const entry_view& v) {
       return either(either(virtual_8086(v), unrestricted(v)), segment_view<ss>{v}.rpl() == segment_view<cs>{v}.rpl());
     }},
    {guest, section, "CS", "is not both 64-bit and 32-bit code in an IA-32e mode guest",
     [](const entry_view& v) {
       const segment_view<cs> s{v};
       return implies(both(negate(virtual_8086(v)), both(ia32e_guest(v), s.has_right(right::long_mode))),
                      negate(s.has_right(right::big)));
     }},
};

constexpr auto joined = [] {
  constexpr std::array tables = {rules_of<cs>("CS"), rules_of<ss>("SS"), rules_of<ds>("DS"),
                                 rules_of<es>("ES"), rules_of<fs>("FS"), rules_of<gs>("GS")};
  std::array<entry_rule, std::size(of_cs_and_ss) + tables.size() * 9> all{};
  std::size_t n = 0;
  for (const entry_rule& r : of_cs_and_ss) all[n++] = r;
  for (const auto& table : tables)
    for (const entry_rule& r : table) all[n++] = r;
  return all;
}();

}  // namespace

entry_rules segment_rules() { return joined; }

}  // namespace umbra::reference
