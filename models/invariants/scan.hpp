// Finds the entries of a table that are not zero, most of which are: 256 bytes are looked at together, then 64.
#pragma once

#include <word/table.hpp>

#include "core/x86/entry.hpp"

namespace umbra::invariants {

/// Calls `visit(index, entry)` for each non-zero entry in ascending order, until it returns true. Whether it did.
template <class Visit>
bool scan(const table& t, Visit&& visit) {
  typedef std::uint64_t line __attribute__((vector_size(64), may_alias));
  constexpr unsigned entries_a_line = 8, lines_a_group = 4;
  static_assert(table::entries % (lines_a_group * entries_a_line) == 0 && alignof(table) % sizeof(line) == 0);
  const auto any = [](const line& l) { return ((l[0] | l[1]) | (l[2] | l[3])) | ((l[4] | l[5]) | (l[6] | l[7])); };
  const auto* lines = reinterpret_cast<const line*>(&t);
  for (unsigned group = 0; group < table::entries / entries_a_line; group += lines_a_group) {
    const line all = (lines[group] | lines[group + 1]) | (lines[group + 2] | lines[group + 3]);
    if (any(all) == 0) continue;
    for (unsigned n = group; n < group + lines_a_group; ++n) {
      if (any(lines[n]) == 0) continue;
      for (unsigned i = n * entries_a_line; i < (n + 1) * entries_a_line; ++i) {
        const std::uint64_t entry = t.get(i);
        if (entry != 0 && visit(i, entry)) return true;
      }
    }
  }
  return false;
}

}  // namespace umbra::invariants
