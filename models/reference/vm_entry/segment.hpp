// One segment register of the guest, as the rules of VM entry see it (25.4.1, table 25-2).
#pragma once

#include <word/word.hpp>

#include "models/reference/vm_entry/terms.hpp"

namespace umbra::reference {

/// In the order in which the VMCS numbers their fields.
enum class segment : std::uint8_t { es, cs, ss, ds, fs, gs, ldtr, tr };

template <segment S>
struct segment_view {
  static constexpr unsigned n = static_cast<unsigned>(S);
  const entry_view& v;

  word selector() const { return v(nth(x86::vmcs::guest_es_selector, n)); }
  word base() const { return v(nth(x86::vmcs::guest_es_base, n)); }
  word limit() const { return v(nth(x86::vmcs::guest_es_limit, n)); }
  word rights() const { return v(nth(x86::vmcs::guest_es_rights, n)); }

  word rpl() const { return v.bits(nth(x86::vmcs::guest_es_selector, n), x86::selector::rpl); }
  word type() const { return v.bits(nth(x86::vmcs::guest_es_rights, n), x86::segment_rights::type); }
  word dpl() const {
    return v.bits(nth(x86::vmcs::guest_es_rights, n), x86::segment_rights::dpl) >> x86::segment_rights::dpl_at;
  }
  flag usable() const { return negate(has_right(x86::segment_rights::unusable)); }
  flag has_right(std::uint64_t bit) const { return v.has(nth(x86::vmcs::guest_es_rights, n), bit); }

  /// CS and TR are judged whether they are marked unusable or not.
  flag counts() const { return S == segment::cs || S == segment::tr ? flag(true) : usable(); }

  /// Bits 11:8 and 31:17 of the access rights.
  flag reserved_clear() const { return negate(has_right(bits(11, 8) | bits(31, 17))); }

  /// G must be 0 if a bit of limit 11:0 is 0, and 1 if a bit of limit 31:20 is 1.
  flag granularity_fits() const {
    const flag g = has_right(x86::segment_rights::granularity);
    const flag pages = (limit() & bits(11, 0)) == word{bits(11, 0)};
    return both(implies(negate(pages), negate(g)), implies(negate(clear(limit(), 31, 20)), g));
  }
};

}  // namespace umbra::reference
