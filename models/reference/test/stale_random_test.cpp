// Whatever a caching processor does by chance, the oracle explains; and where nothing is stale, it knows one outcome.
#include <gtest/gtest.h>

#include "models/reference/test/caching_processor.hpp"

namespace umbra::reference::test {
namespace {

/// A small world where tables overlap and entries change all the time: five tables, two entries of each in use.
template <class Format>
class small_world {
 public:
  small_world(registers start, unsigned seed) : random(seed), guest(Format::entry_bytes, start) {
    guest.modifiers().cr4 |= x86::cr4::pge;
    guest.modifiers().cpuid.maxphyaddr = 40;
    for (unsigned i = 0; i < 40; ++i) put();
    guest.flush();
  }

  word page() { return 0x1000 * (1 + random() % 5); }
  word some_gva() {
    word gva = 0;
    for (unsigned level = 1; level <= Format::levels; ++level) gva |= (random() % 2) << Format::shift(level);
    return gva | 0x123;
  }
  access some_access() {
    const bool fetches = random() % 4 == 0;
    return {.user = random() % 2 == 0, .write = !fetches && random() % 2 == 0, .fetch = fetches};
  }
  void put() {
    word entry = page() | (random() % 8 != 0) | accessed;
    for (const word bit : {write, user}) entry |= random() % 4 != 0 ? bit : 0;
    if (random() % 3 == 0) entry ^= accessed;
    if (random() % 2 == 0) entry |= dirty;
    if (random() % 3 == 0) entry |= global;
    if (random() % 6 == 0) entry = (entry & 0xfff) | large | (random() % 4) << (Format::entry_bytes == 8 ? 30 : 22);
    if (random() % 16 == 0) entry |= 1 << 21;
    if (Format::has_no_execute && random() % 8 == 0) entry |= no_execute;
    guest.put(page() + Format::entry_bytes * (random() % 2), entry);
  }
  void change_roots() {
    std::array<word, 4> pdpte{};
    pdpte[0] = page() | (random() % 8 != 0);
    guest.set_roots(page(), pdpte);
  }

  std::mt19937_64 random;
  timeline guest;
};

template <class Format>
void explains_all(const registers& start) {
  unsigned differ = 0, accesses = 0;
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    small_world<Format> world(start, seed);
    caching_processor<Format> processor(world.guest, world.random);
    for (unsigned step = 0; step < 120; ++step) {
      const word gva = world.some_gva();
      const access by = world.some_access();
      switch (world.random() % 24) {
        case 0:
          processor.invlpg(gva), world.guest.invlpg(gva);
          continue;
        case 1:
          world.change_roots(), processor.roots_changed();
          continue;
        case 2:
          processor.flush(), world.guest.flush();
          continue;
        case 3:
        case 4:
        case 5:
        case 6:
        case 7:
          processor.speculate(gva);
          continue;
        case 8:
        case 9:
        case 10:
        case 11:
        case 12:
          world.put();
          continue;
      }
      const moment began = world.guest.now();
      const translation current = walk(world.guest.ram(), world.guest.state(), gva, by);
      const observed seen = processor.go(gva, by);
      ASSERT_TRUE(world.guest.explains(gva, by, seen, began)) << "seed " << seed << " step " << step;
      ++accesses;
      differ += !matches(current, seen);
      if (seen.faults) world.guest.page_fault(gva);
    }
  }
  EXPECT_GT(differ, 300u) << "too few stale outcomes to show anything, of " << accesses;
}

TEST(stale_random, every_outcome_of_a_caching_processor_is_explained_32bit) {
  explains_all<bits32>(bits32_registers());
}
TEST(stale_random, every_outcome_of_a_caching_processor_is_explained_pae) { explains_all<pae>(pae_registers()); }
TEST(stale_random, every_outcome_of_a_caching_processor_is_explained_4level) {
  explains_all<level4>(level4_registers());
}

template <class Format>
void knows_one(const registers& start) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    small_world<Format> world(start, seed);
    for (unsigned step = 0; step < 20; ++step) {
      const word gva = world.some_gva();
      const access by = world.some_access();
      const translation now = walk(world.guest.ram(), world.guest.state(), gva, by);
      unsigned outcomes = 0;
      any_outcome(timeline::view(world.guest, gva, world.guest.now()), world.guest.state(), gva, by,
                  [&](const translation& t) {
                    ++outcomes;
                    EXPECT_EQ(t.steps, now.steps);
                    EXPECT_EQ(t.page_shift, now.page_shift);
                    EXPECT_EQ(t.write, now.write);
                    EXPECT_TRUE(matches(t, {now.rootless, now.faults, now.error_code, now.address}));
                    return false;
                  });
      EXPECT_EQ(outcomes, 1u);
    }
  }
}

TEST(stale_random, nothing_stale_one_outcome) {
  knows_one<bits32>(bits32_registers());
  knows_one<pae>(pae_registers());
  knows_one<level4>(level4_registers());
}

}  // namespace
}  // namespace umbra::reference::test
