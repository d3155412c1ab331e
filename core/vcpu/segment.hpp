// Segment registers with their hidden parts, in the form that the VMCS gives them (SDM 25.4.1).
#pragma once

#include <array>

#include <word/word.hpp>

namespace umbra::vcpu {

/// In the order of the VMCS's fields.
enum class segment_name : unsigned char { es, cs, ss, ds, fs, gs, ldtr, tr };
constexpr unsigned segment_count = 8;

struct segment {
  word selector{}, base{}, limit{};
  word rights{};  ///< x86::segment_rights

  flag same_as(const segment& s) const {
    return both(both(selector == s.selector, base == s.base), both(limit == s.limit, rights == s.rights));
  }
};

/// GDTR or IDTR.
struct descriptor_table {
  word base{}, limit{};

  flag same_as(const descriptor_table& t) const { return both(base == t.base, limit == t.limit); }
};

struct segments {
  std::array<segment, segment_count> registers{};
  descriptor_table gdtr{}, idtr{};

  segment& operator[](segment_name n) { return registers[static_cast<unsigned>(n)]; }
  const segment& operator[](segment_name n) const { return registers[static_cast<unsigned>(n)]; }

  flag same_as(const segments& s) const {
    flag same = both(gdtr.same_as(s.gdtr), idtr.same_as(s.idtr));
    for (unsigned n = 0; n < segment_count; ++n) same = both(same, registers[n].same_as(s.registers[n]));
    return same;
  }

  /// As after reset (SDM 3A, table 10-1).
  static segments at_reset();
};

}  // namespace umbra::vcpu
