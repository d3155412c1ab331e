// Chains of shadow entries (core/mmu/chain.hpp), followed with suspicion: names are checked before they are used, both
// directions must agree, and a chain has the length that the caller says.
#pragma once

#include "models/invariants/subject.hpp"

namespace umbra::invariants {

/// Finds a pool page by pointer without trusting it; pages() if the pointer is none of the pool's.
inline unsigned ordinal_of(const mmu::view& view, const mmu::page* p) {
  const auto first = reinterpret_cast<std::uintptr_t>(&view.page_at(0)), at = reinterpret_cast<std::uintptr_t>(p);
  const std::uintptr_t offset = at - first;
  if (offset % sizeof(mmu::page) != 0 || offset / sizeof(mmu::page) >= view.pages()) return view.pages();
  return static_cast<unsigned>(offset / sizeof(mmu::page));
}

struct chain_step {
  std::uint64_t name = 0, previous = 0;
  unsigned owner = 0, index = 0;  ///< what the name stands for
};

enum class chain_result : unsigned char { sound, bad_name, bad_previous, not_live, foreign, too_long, too_short };

inline const char* describe(chain_result r) {
  switch (r) {
    case chain_result::sound:
      return "sound";
    case chain_result::bad_name:
      return "a chain names entries of the pool's pages only";
    case chain_result::bad_previous:
      return "a chain's entries name their predecessors";
    case chain_result::not_live:
      return "a chain names entries of live pages only";
    case chain_result::foreign:
      return "a chain names entries that belong in it";
    case chain_result::too_long:
      return "a chain names nothing but the entries that belong in it";
    case chain_result::too_short:
      return "a chain names all entries that belong in it";
  }
  return "?";
}

/// Follows the chain at `head`, which must have `length` steps. Since each step names its predecessor, no entry can
/// come twice; so if `belongs(page, index)` holds of each, and as many entries belong as there are steps, the chain is
/// exactly the set of those that belong. `at` is the step at stake where the result is not `sound`.
template <class Belongs>
chain_result follow(const mmu::view& view, std::uint64_t head, std::uint64_t length, chain_step& at,
                    Belongs&& belongs) {
  constexpr unsigned index_bits = 9, name_bits = 32;
  at = {};
  std::uint64_t steps = 0;
  for (std::uint64_t name = head; name != 0; ++steps) {
    const std::uint64_t before = at.name;
    at.name = name;
    at.index = static_cast<unsigned>(name & ((1u << index_bits) - 1));
    const std::uint64_t number = name >> index_bits;
    if (number == 0 || number > view.pages()) return chain_result::bad_name;
    at.owner = static_cast<unsigned>(number - 1);
    const mmu::page& owner = view.page_at(at.owner);
    if (owner.state != mmu::page_state::live) return chain_result::not_live;
    if (!belongs(owner, at.index)) return chain_result::foreign;
    if (steps == length) return chain_result::too_long;
    const std::uint64_t link = owner.links->get(at.index);
    at.previous = link >> name_bits;
    if (at.previous != before) return chain_result::bad_previous;
    name = link & ((std::uint64_t{1} << name_bits) - 1);
  }
  return steps == length ? chain_result::sound : chain_result::too_short;
}

}  // namespace umbra::invariants
