// The page pool is a set of free pages.
#include "core/mmu/page_pool.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fuzz/properties/bench.hpp"
#include "fuzz/properties/steps.hpp"

namespace umbra::fuzz::properties {
namespace {

std::set<const mmu::page*> free_list(const mmu::page_pool& pool) {
  std::set<const mmu::page*> all;
  for (const mmu::page* p = pool.first_free(); p != nullptr; p = p->hash_next) RC_ASSERT(all.insert(p).second);
  return all;
}

RC_GTEST_PROP(page_pool, hands_out_each_page_once, ()) {
  enum verb : unsigned { take, take_again, give, verbs };
  const auto size = *rc::gen::inRange(1u, 40u);
  machine::machine& m = bench();
  {
    mmu::page_pool pool(m.host());
    RC_ASSERT(pool.create(size));
    std::map<unsigned, mmu::page*> out;
    std::map<word, const mmu::page*> by_table;
    for (unsigned n = 0; n < size; ++n) {
      const mmu::page& p = pool.at(n);
      RC_ASSERT(p.ordinal == n);
      RC_ASSERT(p.where == frame_of(platform::address_of(m.host(), p.entries)));
      RC_ASSERT(by_table.emplace(p.where.value, &p).second);
      RC_ASSERT(&pool.named(n) == &p);
    }
    for (const step& s : *steps(verbs)) {
      if (s.verb == give) {
        if (out.empty()) continue;
        const auto back = std::next(out.begin(), s.a % static_cast<unsigned>(out.size()));
        pool.give(*back->second);
        out.erase(back);
      } else {
        if (out.size() == size) continue;
        mmu::page& p = pool.take();
        RC_ASSERT(p.entries->next_used(0) == table::entries);
        RC_ASSERT(out.emplace(p.ordinal, &p).second);
        RC_ASSERT(&pool.at(p.ordinal) == &p);
        p.state = mmu::page_state::live;
      }
      RC_ASSERT(pool.size() == size);
      RC_ASSERT(pool.available() == size - out.size());
      const std::set<const mmu::page*> free = free_list(pool);
      RC_ASSERT(free.size() == pool.available());
      for (const auto& [ordinal, p] : out) RC_ASSERT(free.count(p) == 0u);
      const word probe = machine::first_table_frame + s.b % (3 * size) + (s.c % 4) * 1024;
      const auto known = by_table.find(probe);
      RC_ASSERT(pool.find({probe}) == (known == by_table.end() ? nullptr : known->second));
    }
    for (const auto& [where, p] : by_table) RC_ASSERT(pool.find({where}) == p);
  }
  RC_ASSERT(m.tables_out() == 0u);
  RC_ASSERT(m.bytes_out() == 0u);
  RC_ASSERT(m.incidents().count() == 0u);
}

RC_GTEST_PROP(page_pool, keeps_nothing_if_memory_runs_out, ()) {
  const auto size = *rc::gen::inRange(1u, 40u);
  const auto refused = *rc::gen::inRange(0u, 2 * 40u + 2);
  machine::machine& m = bench();
  {
    mmu::page_pool pool(m.host());
    m.fail_allocation(refused);
    const bool enough = refused >= 2 * size + 2;  // the records, the index, and two tables each
    RC_ASSERT(pool.create(size) == enough);
    RC_ASSERT(pool.available() == (enough ? size : 0));
    if (!enough) {
      RC_ASSERT(m.tables_out() == 0u);
      RC_ASSERT(m.bytes_out() == 0u);
      RC_ASSERT(pool.find({machine::first_table_frame}) == nullptr);
      m.allow_allocations();
      RC_ASSERT(pool.create(size));
    }
  }
  RC_ASSERT(m.tables_out() == 0u);
  RC_ASSERT(m.bytes_out() == 0u);
  RC_ASSERT(m.incidents().count() == 0u);
}

}  // namespace
}  // namespace umbra::fuzz::properties
