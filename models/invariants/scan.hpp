// Finds the entries of a table that are not zero. Most are: 64 bytes are looked at together.
#pragma once

#include <bit>

#include <word/table.hpp>

#include "core/x86/entry.hpp"

namespace umbra::invariants {

/// Calls `visit(index, entry)` for each non-zero entry in ascending order, until it returns true. Whether it did. Only
/// the 64-byte lines whose bits are set in `lines` are read.
template <class Visit>
bool scan(const table& t, std::uint64_t lines, Visit&& visit) {
  typedef std::uint64_t line __attribute__((vector_size(64), may_alias));
  constexpr unsigned entries_a_line = 8;
  static_assert(table::entries == 64 * entries_a_line && alignof(table) % sizeof(line) == 0);
  const auto any = [](const line& l) { return ((l[0] | l[1]) | (l[2] | l[3])) | ((l[4] | l[5]) | (l[6] | l[7])); };
  for (; lines != 0; lines &= lines - 1) {
    const auto n = static_cast<unsigned>(std::countr_zero(lines));
    if (any(reinterpret_cast<const line*>(&t)[n]) == 0) continue;
    for (unsigned i = n * entries_a_line; i < (n + 1) * entries_a_line; ++i) {
      const std::uint64_t entry = t.get(i);
      if (entry != 0 && visit(i, entry)) return true;
    }
  }
  return false;
}

}  // namespace umbra::invariants
