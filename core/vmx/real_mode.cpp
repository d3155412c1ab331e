#include "core/vmx/real_mode.hpp"

#include "core/x86/flags.hpp"
#include "core/x86/segment.hpp"

namespace umbra::vmx::real_mode {

namespace {

using namespace x86;
using vcpu::segment;
using vcpu::segment_name;

constexpr segment_name loaded[] = {segment_name::es, segment_name::cs, segment_name::ss,
                                   segment_name::ds, segment_name::fs, segment_name::gs};
constexpr std::uint64_t limit_of_64_kib = 0xffff;
constexpr std::uint64_t virtual8086_rights = segment_rights::real_data | segment_rights::dpl;
/// What is virtual-8086 mode's own in RFLAGS.
constexpr std::uint64_t disguised_flags = rflags::vm | rflags::iopl;

flag as_loaded(const segment& s) { return both(s.base == s.selector << 4, s.limit == word{limit_of_64_kib}); }

}  // namespace

flag representable(const vcpu::segments& s) {
  flag all = true;
  for (const segment_name n : loaded)
    all = both(all, both(as_loaded(s[n]), negate(has(s[n].rights, segment_rights::big))));
  return all;
}

flag is_virtual8086(const vcpu::segments& s) {
  flag all = true;
  for (const segment_name n : loaded) all = both(all, both(as_loaded(s[n]), s[n].rights == word{virtual8086_rights}));
  return all;
}

vcpu::segments disguise(const vcpu::segments& s) {
  vcpu::segments d = s;
  for (const segment_name n : loaded) d[n].rights = word{virtual8086_rights};
  d[segment_name::tr] = {.selector = word{0},
                         .base = word{0},
                         .limit = word{0},
                         .rights = word{segment_rights::present | segment_rights::busy_32_bit_tss}};
  return d;
}

vcpu::segments reveal(const vcpu::segments& hardware, const vcpu::segments& before) {
  vcpu::segments s = before;
  for (const segment_name n : loaded) {
    s[n].selector = hardware[n].selector;
    s[n].base = hardware[n].base;
  }
  return s;
}

word disguise_flags(word f) { return (f & word{~disguised_flags}) | word{rflags::vm}; }

word reveal_flags(word hardware, word before) {
  return (hardware & word{~disguised_flags}) | (before & word{rflags::iopl});
}

}  // namespace umbra::vmx::real_mode
