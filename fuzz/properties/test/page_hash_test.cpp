// The page hash is a map from (gfn, role) to pages.
#include "core/mmu/page_hash.hpp"

#include <map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fuzz/properties/bench.hpp"
#include "fuzz/properties/steps.hpp"

namespace umbra::fuzz::properties {
namespace {

/// Few keys, of which many fall into one bucket: the frames and roles of large pages, and others that differ by little.
gfn some_frame(std::uint32_t n) {
  constexpr word bases[] = {0, 0x200, 0x400, 0x40000, 0x100000, 0x100200, 0x1};
  return {bases[n % 7] + (n / 7) % 4};
}
mmu::role some_role(std::uint32_t n) {
  mmu::mode m;
  m.format = n % 2 == 0 ? mmu::paging::level4 : mmu::paging::bits32;
  m.wp = (n & 2) != 0;
  const mmu::role r =
      mmu::role::of(m, 1 + n / 4 % 2).with_quadrant(n / 8 % 4).with_access({(n & 32) != 0, true, (n & 64) != 0});
  return (n & 128) != 0 ? r.as_direct() : r;
}

RC_GTEST_PROP(page_hash, is_a_map_from_frame_and_role, ()) {
  enum verb : unsigned { insert, insert_again, remove, verbs };
  mmu::page_hash hash(bench().host());
  RC_ASSERT(hash.create(128));
  std::vector<mmu::page> pages(128);
  std::map<std::pair<word, word>, mmu::page*> model;
  unsigned used = 0;
  for (const step& s : *steps(verbs)) {
    const gfn frame = some_frame(s.a);
    const mmu::role role = some_role(s.b);
    const std::pair<word, word> key{frame.value, role.packed()};
    if (s.verb == remove) {
      if (model.empty()) continue;
      const auto gone = std::next(model.begin(), s.c % static_cast<unsigned>(model.size()));
      hash.remove(*gone->second);
      model.erase(gone);
    } else if (model.count(key) == 0 && used < pages.size()) {
      mmu::page& p = pages[used++];
      p.frame = frame;
      p.role = role;
      hash.insert(p);
      model[key] = &p;
    }
    const auto known = model.find(key);
    RC_ASSERT(hash.find(frame, role) == (known == model.end() ? nullptr : known->second));
    for (const auto& [where, p] : model) RC_ASSERT(hash.find(p->frame, p->role) == p);
    std::size_t chained = 0;
    for (unsigned n = 0; n < hash.buckets(); ++n) {
      for (const mmu::page* p = hash.bucket(n); p != nullptr; p = p->hash_next) ++chained;
    }
    RC_ASSERT(chained == model.size());
  }
}

}  // namespace
}  // namespace umbra::fuzz::properties
