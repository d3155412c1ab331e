// Which shadow page a table of the machine's belongs to, and as which of its two.
#pragma once

#include <cstdint>
#include <vector>

#include "core/mmu/view.hpp"
#include "models/machine/table_arena.hpp"

namespace umbra::fuzz {

class table_owners {
 public:
  static constexpr unsigned nobody = ~0u;

  table_owners() = default;
  /// Of the pages of a pool, which keep their tables for as long as the pool lives.
  table_owners(const mmu::view& v, const machine::table_arena& tables) {
    for (unsigned n = 0; n < v.pages(); ++n) {
      set(tables.number_of(v.page_at(n).entries), n << 1);
      set(tables.number_of(v.page_at(n).links), n << 1 | 1);
    }
  }

  /// The ordinal of the page that a table belongs to, or `nobody`.
  unsigned page_of(unsigned table) const { return at(table) == none ? nobody : at(table) >> 1; }
  /// Whether it holds the links of the page's entries, rather than the entries. For tables that are a page's.
  bool is_chain(unsigned table) const { return (at(table) & 1) != 0; }

 private:
  static constexpr std::uint16_t none = 0xffff;

  std::uint16_t at(unsigned table) const { return table < owners_.size() ? owners_[table] : none; }
  void set(std::size_t table, unsigned owner) {
    if (table >= owners_.size()) owners_.resize(table + 1, none);
    owners_[table] = static_cast<std::uint16_t>(owner);
  }

  std::vector<std::uint16_t> owners_;
};

}  // namespace umbra::fuzz
