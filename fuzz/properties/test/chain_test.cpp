// Chains of shadow entries are lists.
#include "core/mmu/chain.hpp"

#include <array>
#include <list>
#include <set>
#include <utility>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/mmu/page_pool.hpp"
#include "fuzz/properties/bench.hpp"
#include "fuzz/properties/steps.hpp"

namespace umbra::fuzz::properties {
namespace {

using entry = std::pair<unsigned, word>;  ///< page ordinal, index

constexpr unsigned pages = 5, chains = 3;

/// The entries of a chain from its head, by the core's own links.
std::list<entry> read_chain(const mmu::page_pool& pool, word head) {
  std::list<entry> all;
  for (word name = head; name != 0 && all.size() <= pages * table::entries;) {
    const mmu::entry_ref e = mmu::chain::at(pool, name);
    all.emplace_back(e.owner->ordinal, e.index);
    RC_ASSERT(mmu::chain::name(*e.owner, e.index) == name);
    name = mmu::chain::next(e);
  }
  return all;
}

RC_GTEST_PROP(chain, is_a_list_of_entries, ()) {
  enum verb : unsigned { insert, insert_again, remove, verbs };
  machine::machine& m = bench();
  mmu::page_pool pool(m.host());
  RC_ASSERT(pool.create(pages));
  std::array<word, chains> heads{};
  std::array<std::list<entry>, chains> model;
  std::set<entry> used;
  for (const step& s : *steps(verbs)) {
    const unsigned c = s.a % chains;
    std::list<entry>& known = model[c];
    if (s.verb == remove) {
      if (known.empty()) continue;
      auto victim = std::next(known.begin(), s.b % static_cast<unsigned>(known.size()));
      mmu::chain::remove(pool, heads[c], pool.at(victim->first), victim->second);
      used.erase(*victim);
      known.erase(victim);
    } else {
      // Few entries of few pages, first and last among them: neighbours in a table are neighbours in a chain.
      const entry fresh{s.b % pages, s.c % 3 == 0 ? table::entries - 1 - s.c % 7 : s.c % 40};
      if (!used.insert(fresh).second) continue;
      mmu::chain::insert(pool, heads[c], pool.at(fresh.first), fresh.second);
      known.push_front(fresh);
    }
    for (unsigned n = 0; n < chains; ++n) RC_ASSERT(read_chain(pool, heads[n]) == model[n]);
  }
  RC_ASSERT(m.incidents().count() == 0u);
}

}  // namespace
}  // namespace umbra::fuzz::properties
