#include "core/vmx/enterable.hpp"

#include "core/vmx/real_mode.hpp"
#include "core/x86/canonical.hpp"
#include "core/x86/control.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/segment.hpp"

namespace umbra::vmx {

namespace {

using namespace x86;
using namespace x86::segment_rights;
using vcpu::segment;
using vcpu::segment_name;

constexpr std::uint64_t reserved_rights = 0xf00 | ~std::uint64_t{0x1'ffff};

constexpr flag implies(flag a, flag b) { return either(negate(a), b); }

flag usable(const segment& s) { return negate(has(s.rights, unusable)); }
flag is_code(const segment& s) { return has(s.rights, segment_rights::code); }
flag conforms(const segment& s) { return both(is_code(s), has(s.rights, expand_down)); }
word dpl_of(const segment& s) { return field(s.rights, dpl_at, dpl_bits); }
word rpl_of(const segment& s) { return s.selector & word{selector::rpl}; }

/// S, P and the reserved bits; and G, which says whether the low or the high twelve bits of the limit are free.
flag well_formed(const segment& s) {
  constexpr std::uint64_t low = 0xfff, high = 0xfff0'0000;
  const flag granular = has(s.rights, granularity);
  return both(both(has_all(s.rights, code_or_data | present), negate(has(s.rights, reserved_rights))),
              both(implies(negate(has_all(s.limit, low)), negate(granular)), implies(has(s.limit, high), granular)));
}

flag has_32_bit_base(const segment& s) { return (s.base >> 32) == word{0}; }

flag has_canonical_base(const segment& s) { return canonical(s.base); }

flag stack_enterable(const segment& s) {
  const flag writable_data = both(negate(is_code(s)), has_all(s.rights, writable | accessed));
  return both(implies(usable(s), both(both(writable_data, well_formed(s)), has_32_bit_base(s))),
              dpl_of(s) == rpl_of(s));
}

flag code_enterable(const segment& s, const segment& stack, segmentation mode) {
  const flag level = select(conforms(s), dpl_of(s) <= dpl_of(stack), dpl_of(s) == dpl_of(stack));
  const flag one_width = implies(flag{mode == segmentation::ia32e}, negate(has_all(s.rights, long_mode | big)));
  return both(both(both(is_code(s), has(s.rights, accessed)), both(well_formed(s), has_32_bit_base(s))),
              both(both(level, one_width), rpl_of(s) == rpl_of(stack)));
}

flag data_enterable(const segment& s) {
  const flag readable = both(has(s.rights, accessed), implies(is_code(s), has(s.rights, writable)));
  const flag level = either(conforms(s), dpl_of(s) >= rpl_of(s));
  return implies(usable(s), both(both(readable, level), well_formed(s)));
}

flag protected_enterable(const vcpu::segments& s, segmentation mode) {
  const segment &cs = s[segment_name::cs], &ss = s[segment_name::ss];
  flag good = both(code_enterable(cs, ss, mode), stack_enterable(ss));
  for (const segment_name n : {segment_name::es, segment_name::ds})
    good = both(good, both(data_enterable(s[n]), implies(usable(s[n]), has_32_bit_base(s[n]))));
  for (const segment_name n : {segment_name::fs, segment_name::gs})
    good = both(good, both(data_enterable(s[n]), has_canonical_base(s[n])));
  return good;
}

}  // namespace

segmentation segmentation_of(word cr0, word efer, word rflags) {
  if (!has(cr0, cr0::pe)) return segmentation::real;
  if (has(efer, efer::lma)) return segmentation::ia32e;
  if (has(rflags, rflags::vm)) return segmentation::virtual8086;
  return segmentation::protect;
}

flag enterable(const vcpu::segments& s, segmentation mode) {
  switch (mode) {
    case segmentation::real:
      return real_mode::representable(s);
    case segmentation::virtual8086:
      return real_mode::is_virtual8086(s);
    case segmentation::protect:
    case segmentation::ia32e:
      break;
  }
  return protected_enterable(s, mode);
}

}  // namespace umbra::vmx
