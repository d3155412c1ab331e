// A snapshot brings everything back, whatever has happened since.
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "models/machine/poison.hpp"
#include "models/machine/test/hand_built.hpp"

namespace umbra::machine {
namespace {

struct snapshot : hand_built {
  snapshot() : saved(std::make_unique<machine::snapshot>()) {
    build_level4();
    enter_level4();
    expect_at(access(where), frame(0));
    m.memory().store(frame(3) + 8, 0x11, 8);
    block = static_cast<unsigned char*>(platform::allocate(host, 100));
    block[99] = 7;
    released = new_table();
    platform::release_table(host, released);
    m.cpu(0).inform(x86::vmcs::exit_reason, 7);
    m.save(*saved);
    before = {m.tables_out(), m.bytes_out(), m.pins_out(), m.count().walks, m.memory().journal().size()};
  }

  /// Everything that a restore has to undo.
  void disturb() {
    m.memory().store(frame(3) + 8, 0x22, 8);
    m.memory().store(frame(9), 0x33, 1);
    pt->set((where >> 12 & 511) + 1, 0);
    pd->set(17, 5);
    new_table()->set(3, 9);
    platform::release_table(host, pdpt);
    block[99] = 8;
    std::memset(platform::allocate(host, 5000), 0xee, 5000);
    platform::release(host, block, 100);
    hfn out;
    platform::pin(host, 40, out);
    expect_at(access(where + 0x2000), frame(2));
    m.cpu(0).leave();
    m.cpu(0).flush();
    program(0, 0, 0);
    m.cpu(0).inform(x86::vmcs::exit_reason, 8);
    m.arm_race(
        0, [](void*) { FAIL() << "a race outlived a restore"; }, nullptr);
    m.fail_allocation(0);
    platform::lock(host);
  }

  void expect_as_before() {
    const held now{m.tables_out(), m.bytes_out(), m.pins_out(), m.count().walks, m.memory().journal().size()};
    EXPECT_EQ(now, before);
    EXPECT_EQ(m.memory().load(frame(3) + 8, 8), 0x11u);
    EXPECT_EQ(m.memory().load(frame(9), 8), 0u);
    EXPECT_FALSE(m.locked());
    EXPECT_EQ(m.cpu(0).translations().size(), 1u);
    EXPECT_EQ(m.cpu(0).structures().size(), 3u);
    ASSERT_TRUE(m.cpu(0).in_guest());
    EXPECT_EQ(m.cpu(0).latched().cr3, at(pml4));
    expect_at(access(where), frame(0));
    expect_at(access(where + 0x1000), frame(1));
    EXPECT_EQ(pd->get(17), 0u);
    EXPECT_EQ(block[99], 7u);
    const table* fresh = new_table();
    EXPECT_GT(fresh, released);
    for (unsigned n = 0; n < table::entries; ++n) EXPECT_EQ(fresh->get(n), 0u);
    const auto* next = static_cast<unsigned char*>(platform::allocate(host, 5000));
    for (unsigned n = 0; n < 5000; ++n) ASSERT_EQ(next[n], 0u);
    platform::lock(host);
    platform::read(host, {frame(0)}, 8);
    platform::unlock(host);
    EXPECT_EQ(m.cpu(0).read_register(x86::vmcs::exit_reason), 7u);
    m.cpu(0).leave();
    EXPECT_TRUE(m.cpu(0).enter());
#if defined(UMBRA_ASAN)
    EXPECT_TRUE(__asan_address_is_poisoned(released));
    EXPECT_TRUE(__asan_address_is_poisoned(block + 104));
    EXPECT_FALSE(__asan_address_is_poisoned(block + 99));
#endif
  }

  struct held {
    unsigned tables;
    std::size_t bytes;
    unsigned pins;
    std::uint64_t walks;
    std::size_t stores;
    friend bool operator==(const held&, const held&) = default;
  };

  std::unique_ptr<machine::snapshot> saved;
  unsigned char* block = nullptr;
  table* released = nullptr;
  held before{};
};

TEST_F(snapshot, undoes_what_happened_since) {
  for (unsigned n = 0; n < 2; ++n) {
    disturb();
    m.restore(*saved);
    expect_as_before();
  }
}

TEST_F(snapshot, comes_back_after_a_reset) {
  disturb();
  m.reset();
  EXPECT_EQ(m.memory().load(frame(3) + 8, 8), 0u);
  m.restore(*saved);
  expect_as_before();
}

TEST_F(snapshot, of_another_time_may_come_between) {
  const auto other = std::make_unique<machine::snapshot>();
  m.reset();
  std::memset(platform::allocate(host, 3000), 0xdd, 3000);
  table* const low = platform::allocate_low_table(host);
  low->set(2, 2);
  for (unsigned n = 0; n < 9; ++n) new_table()->set(n, 1);
  m.memory().store(frame(11), 0x44, 8);
  m.save(*other);

  m.restore(*saved);
  expect_as_before();
  m.restore(*other);
  EXPECT_EQ(m.tables_out(), 10u);
  EXPECT_EQ(m.bytes_out(), 3000u);
  EXPECT_EQ(low->get(2), 2u);
  EXPECT_EQ(m.memory().load(frame(11), 8), 0x44u);
  EXPECT_EQ(m.memory().load(frame(3) + 8, 8), 0u);
  m.restore(*saved);
  expect_as_before();
}

/// A restore of what was restored last puts back only what was stored to since. To the last word, each time.
TEST_F(snapshot, leaves_nothing_behind_however_often) {
  std::vector<table*> tables{pml4, pdpt, pd, pt};
  for (unsigned n = 0; n < 12; ++n) tables.push_back(new_table());
  for (unsigned n = 0; n < 6; ++n) tables[n]->set(40 * n, n + 1);
  m.save(*saved);
  const auto words = [&] {
    std::vector<std::uint64_t> all;
    for (const table* t : tables) {
      for (unsigned n = 0; n < table::entries; ++n) all.push_back(t->get(n));
    }
    for (unsigned n = 0; n < guest_frames; ++n) {
      for (unsigned at = 0; at < 4096; at += 8) all.push_back(m.memory().load(frame(n) + at, 8));
    }
    return all;
  };
  const std::vector<std::uint64_t> then = words();
  const auto other = std::make_unique<machine::snapshot>();
  std::mt19937 chance(1);
  const auto below = [&](unsigned limit) { return static_cast<unsigned>(chance() % limit); };
  for (unsigned round = 0; round < 60; ++round) {
    for (unsigned n = below(20); n > 0; --n) {
      tables[4 + below(12)]->set(below(table::entries), below(3));
      m.memory().store(frame(below(12)) + 8 * below(512) + below(5), below(3), 1 + below(4));
    }
    if (below(3) == 0) platform::release_table(host, tables[4 + below(12)]);
    if (below(3) == 0) new_table()->set(below(table::entries), 7);
    if (below(4) == 0) m.save(*other);
    if (below(4) == 0 && round > 20) m.restore(*other);
    const std::size_t stores = m.memory().journal().size();
    m.memory().store(frame(3) + 8, 0x77, 8);
    m.memory().undo(stores);
    m.restore(*saved);
    ASSERT_TRUE(words() == then) << "round " << round;
  }
}

/// Low tables are few: one that was released is given out again, and cleared.
TEST_F(snapshot, has_what_a_table_held_that_was_given_out_again) {
  std::vector<table*> low;
  while (table* t = platform::allocate_low_table(host)) low.push_back(t);
  for (table* t : low) t->set(9, 1);
  m.save(*saved);
  for (unsigned n = 0; n < 3; ++n) {
    m.restore(*saved);
    platform::release_table(host, low[n]);
    ASSERT_EQ(platform::allocate_low_table(host), low[n]);
    EXPECT_EQ(low[n]->get(9), 0u);
    m.restore(*saved);
    for (const table* t : low) EXPECT_EQ(t->get(9), 1u);
  }
}

TEST_F(snapshot, taken_before_any_store_serves_any_memory) {
  m.memory().store(frame(3), 5, 8);
  const auto scene = m.memory().capture();
  m.reset();
  hfn out;
  platform::pin(host, 2, out);
  m.save(*saved);
  m.restore(*saved, scene.get());
  EXPECT_EQ(m.memory().load(frame(3), 8), 5u);
  EXPECT_EQ(m.pins_out(), 1u);
  m.restore(*saved, nullptr);
  EXPECT_EQ(m.memory().load(frame(3), 8), 0u);
}

}  // namespace
}  // namespace umbra::machine
