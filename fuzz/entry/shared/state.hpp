// One state to attempt a VM entry with: the fields of a VMCS, and the memory that they refer to.
#pragma once

#include <cstdint>

#include "core/x86/vmcs.hpp"
#include "fuzz/entry/shared/layout.hpp"

namespace umbra::entrycheck {

struct state {
  static constexpr unsigned count = 512;

  /// Each field, by what its encoding says: width, part, index.
  static constexpr unsigned at(x86::vmcs f) {
    const auto n = static_cast<std::uint32_t>(f);
    return (n >> 13 & 3) << 7 | (n >> 10 & 3) << 5 | (n >> 1 & 31);
  }
  static constexpr x86::vmcs field_at(unsigned i) {
    return static_cast<x86::vmcs>((i >> 7) << 13 | (i >> 5 & 3) << 10 | (i & 31) << 1);
  }
  std::uint64_t get(x86::vmcs f) const { return fields[at(f)]; }
  /// Keeps as many bits as the field has.
  void set(x86::vmcs f, std::uint64_t value) {
    const unsigned bits = x86::bits_of(f);
    fields[at(f)] = bits == 64 ? value : value & ((std::uint64_t{1} << bits) - 1);
  }

  std::uint64_t fields[count];
  std::uint64_t pdptes[4];                                 ///< at layout::guest_tables
  std::uint64_t entry_list[2 * layout::entry_list_limit];  ///< at layout::entry_list
  std::uint32_t task_priority;                             ///< VTPR
  std::uint32_t linked;                                    ///< the first word at layout::linked
};

/// The segment registers, in the order in which the VMCS numbers their fields.
enum segment : unsigned { es, cs, ss, ds, fs, gs, ldtr, tr };

/// What both sides compare to know that they speak of the same state.
inline std::uint32_t digest(const state& s) {
  std::uint64_t sum = 0xcbf2'9ce4'8422'2325;
  const auto add = [&sum](std::uint64_t value) { sum = (sum ^ value) * 0x100'0000'01b3; };
  for (const std::uint64_t f : s.fields) add(f);
  for (const std::uint64_t p : s.pdptes) add(p);
  for (const std::uint64_t e : s.entry_list) add(e);
  add(s.task_priority);
  add(s.linked);
  return static_cast<std::uint32_t>(sum ^ sum >> 32);
}

}  // namespace umbra::entrycheck
