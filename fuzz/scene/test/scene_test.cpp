// The scenes, walked by the reference model: windows where programs expect them, and variety where findings come from.
#include "fuzz/scene/scene.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "fuzz/mutator/random.hpp"
#include "fuzz/ops/raw_v1.hpp"
#include "fuzz/scene/layout.hpp"
#include "fuzz/scene/path.hpp"
#include "models/reference/control_registers.hpp"
#include "models/reference/walk.hpp"

namespace umbra::fuzz {
namespace {

struct memory {
  const image* from;
  bool backed(word gpa) const { return backing_of(gpa >> 12) != scene_pages; }
  word read(word gpa, unsigned bytes) const {
    const std::uint64_t whole = from->word_at(gpa & ~std::uint64_t{7});
    return bytes == 8 ? whole : whole >> (gpa & 4) * 8 & 0xffff'ffff;
  }
};

reference::registers registers_for(start mode, std::uint64_t cr3, const memory& m) {
  reference::registers r;
  r.cr0 = 0x80010031;
  r.cr3 = cr3;
  r.cr4 = mode == start::bits32 ? x86::cr4::pse : x86::cr4::pae;
  r.efer = mode == start::bits32 ? 0 : x86::efer::nxe | (mode == start::level4 ? x86::efer::lme | x86::efer::lma : 0);
  if (mode == start::pae) {
    for (unsigned n = 0; n < 4; ++n) r.pdpte[n] = m.read((cr3 & 0xffff'ffe0) + n * 8, 8);
  }
  return r;
}

struct root {
  start mode;
  std::uint64_t cr3;
};
std::vector<root> roots() {
  std::vector<root> all;
  for (const layout::frame f : {layout::pml4_a, layout::pml4_b, layout::pml4_c, layout::pml4_high}) {
    all.push_back({start::level4, f << 12});
  }
  for (unsigned n = 0; n < layout::pae_pdpt_count; ++n) all.push_back({start::pae, (layout::pae_pdpts << 12) + 32 * n});
  for (const layout::frame f : {layout::pd32_a, layout::pd32_b, layout::pd32_c}) all.push_back({start::bits32, f << 12});
  return all;
}

std::uint64_t random_gva(random& from) {
  const std::uint64_t low = static_cast<std::uint64_t>(from.pick(raw_v1::index4)) << 39 |
                            static_cast<std::uint64_t>(from.pick(raw_v1::index3)) << 30 |
                            static_cast<std::uint64_t>(from.pick(raw_v1::index2)) << 21 |
                            static_cast<std::uint64_t>(from.pick(raw_v1::index1)) << 12;
  return low >> 47 != 0 ? low | 0xffff'0000'0000'0000 : low;
}

TEST(scene, shows_low_memory_at_its_own_address_under_every_root) {
  for (unsigned number = 1; number < 4; ++number) {
    const memory m{&scene(number)};
    for (const root& at : roots()) {
      const reference::registers r = registers_for(at.mode, at.cr3, m);
      for (std::uint64_t gva = 0; gva < low_pages << 12; gva += 0x1000) {
        const auto t = reference::walk(m, r, gva, {.write = true});
        ASSERT_FALSE(t.faults || t.rootless) << number << " " << at.cr3 << " " << gva;
        ASSERT_EQ(t.address, gva);
      }
      if (at.mode == start::bits32) continue;
      for (std::uint64_t n = 0; n < high_pages; ++n) {
        const auto t = reference::walk(m, r, (layout::high_window + n) << 12, {.write = true});
        ASSERT_FALSE(t.faults) << number << " " << at.cr3 << " " << n;
        ASSERT_EQ(t.address, (high_frame + n) << 12);
      }
    }
  }
}

TEST(scene, roots_are_those_that_an_op_can_name_briefly) {
  for (const root& at : roots()) {
    EXPECT_TRUE(std::count(raw_v1::cr3.begin(), raw_v1::cr3.end(), at.cr3) == 1) << at.cr3;
  }
  for (const start mode : {start::bits32, start::pae, start::level4}) {
    for (unsigned v = 0; v < 2; ++v) {
      EXPECT_TRUE(std::count(raw_v1::cr3.begin(), raw_v1::cr3.end(), root_of(mode, v)) == 1);
    }
    EXPECT_NE(root_of(mode, 0), root_of(mode, 1));
  }
}

TEST(scene, directory_pointers_load_but_for_the_last) {
  for (unsigned number = 1; number < 4; ++number) {
    const memory m{&scene(number)};
    for (unsigned n = 0; n < layout::pae_pdpt_count; ++n) {
      reference::registers r = registers_for(start::pae, (layout::pae_pdpts << 12) + 32 * n, m);
      const bool spoilt = number == 1 && n == layout::pae_pdpt_count - 1;
      EXPECT_EQ(reference::write_cr3(r, r.cr3, m).faults, spoilt) << number << " " << n;
    }
  }
}

TEST(scene, reaches_both_outcomes_often) {
  for (const unsigned number : {1u, 3u}) {
    const memory m{&scene(number)};
    for (const root& at : roots()) {
      const reference::registers r = registers_for(at.mode, at.cr3, m);
      random from(7);
      unsigned done = 0, outside = 0;
      for (unsigned n = 0; n < 4000; ++n) {
        const auto t = reference::walk(m, r, random_gva(from), {.user = from.one_in(2), .write = from.one_in(2)});
        if (!t.faults && backing_of(t.address >> 12) != scene_pages) ++done;
        if (!t.faults && backing_of(t.address >> 12) == scene_pages) ++outside;
      }
      EXPECT_GT(done, 800u) << number << " " << std::hex << at.cr3;
      EXPECT_LT(done, 3500u) << number << " " << std::hex << at.cr3;
      EXPECT_LT(outside, 1200u) << number << " " << std::hex << at.cr3;
    }
  }
}

/// Page tables that paths from one root meet, told apart as a shadow MMU must: by table, level, and rights from above.
using facet = std::tuple<std::uint64_t, unsigned, bool, bool, bool, unsigned>;

void add_facets(std::set<facet>& to, const reference::translation& t, const root& at, std::uint64_t gva) {
  if (t.faults) return;
  bool w = true, u = true, x = true;
  const unsigned levels = at.mode == start::level4 ? 4 : 2;
  for (unsigned n = 0; n < t.steps; ++n) {
    const auto& s = t.used[n];
    const unsigned quadrant = at.mode != start::bits32 ? 0 : n == 0 ? unsigned(gva >> 30 & 3) : unsigned(gva >> 21 & 1);
    to.insert({s.gpa >> 12, n, w, u, x, quadrant});
    w = w && (s.entry & 2) != 0, u = u && (s.entry & 4) != 0, x = x && s.entry >> 63 == 0;
  }
  for (unsigned n = t.steps; n < levels; ++n) to.insert({t.address >> (n == levels - 1 ? 21 : 30) | 1ull << 62, n, w, u, x, 0});
}

TEST(scene, twenty_accesses_meet_many_tables) {
  for (const unsigned number : {1u, 3u}) {
    const memory m{&scene(number)};
    std::map<start, std::vector<std::size_t>> live;
    random from(9);
    for (unsigned n = 0; n < 600; ++n) {
      for (const start mode : {start::level4, start::pae, start::bits32}) {
        std::set<facet> met;
        for (unsigned v = 0; v < 2; ++v) {
          const root at{mode, root_of(mode, v)};
          const reference::registers r = registers_for(mode, at.cr3, m);
          for (unsigned a = 0; a < 10; ++a) {
            const std::uint64_t gva = random_gva(from);
            add_facets(met, reference::walk(m, r, gva, {}), at, gva);
          }
        }
        live[mode].push_back(met.size());
      }
    }
    const auto median = [&](start mode) {
      std::sort(live[mode].begin(), live[mode].end());
      return live[mode][live[mode].size() / 2];
    };
    RecordProperty("level4_" + std::to_string(number), static_cast<int>(median(start::level4)));
    EXPECT_GE(median(start::level4), 22u) << number;
    EXPECT_GE(median(start::pae), 14u) << number;
    EXPECT_GE(median(start::bits32), 14u) << number;
    std::printf("scene %u: median tables met by 20 accesses: 4-level %zu, PAE %zu, 32-bit %zu\n", number,
                median(start::level4), median(start::pae), median(start::bits32));
  }
}

TEST(scene, path_names_the_entries_that_a_walk_uses) {
  for (unsigned number = 1; number < 4; ++number) {
    const memory m{&scene(number)};
    random from(11);
    for (const root& at : roots()) {
      const reference::registers r = registers_for(at.mode, at.cr3, m);
      for (unsigned n = 0; n < 500; ++n) {
        const std::uint64_t gva = random_gva(from);
        const auto t = reference::walk(m, r, gva, {});
        if (t.faults) continue;
        const path p = path_of(scene(number), at.mode, at.cr3, gva);
        const unsigned above = at.mode == start::pae ? 1 : 0;  // loaded directory pointers are no step of a walk
        ASSERT_EQ(p.count, t.steps + above) << gva;
        for (unsigned s = 0; s < t.steps; ++s) {
          EXPECT_EQ(p.steps[s + above].gpa, t.used[s].gpa);
          EXPECT_EQ(p.steps[s + above].bytes, t.used[s].bytes);
          EXPECT_EQ(p.steps[s + above].entry, t.used[s].entry);
        }
      }
    }
  }
}

TEST(scene, image_keeps_what_stores_say) {
  const store stores[] = {{0x1008, 5}, {0x1008, 6}, {(high_frame << 12) + 0xff8, 7}};
  const image i(stores);
  EXPECT_EQ(i.word_at(0x1008), 6u);
  EXPECT_EQ(i.word_at(0x1000), 0u);
  EXPECT_EQ(i.word_at((high_frame << 12) + 0xff8), 7u);
  EXPECT_EQ(i.word_at(0xc0008), 0u);
  EXPECT_EQ(i.stores().size(), 2u);
  EXPECT_EQ(i.page(0), nullptr);
  ASSERT_NE(i.page(1), nullptr);
  EXPECT_EQ(i.page(1)[1], 6u);
  EXPECT_TRUE(scene(0).stores().empty());
}

}  // namespace
}  // namespace umbra::fuzz
