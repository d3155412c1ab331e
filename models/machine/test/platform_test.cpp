#include "models/machine/test/hand_built.hpp"

#include <cstring>

#include "core/platform/assert.hpp"
#include "models/machine/poison.hpp"

namespace umbra::machine {
namespace {

using platform_functions = hand_built;

TEST_F(platform_functions, tables_come_zeroed_however_they_went) {
  std::array<table*, 3> t{};
  for (table*& one : t) {
    one = new_table();
    one->set(511, 7);
    platform::release_table(host, one);
  }
  m.reset();
  for (unsigned n = 0; n < t.size(); ++n) {
    table* again = new_table();
    EXPECT_EQ(again, t[n]);
    for (unsigned k = 0; k < 512; ++k) ASSERT_EQ(again->get(k), 0u);
  }
}

TEST_F(platform_functions, a_released_table_is_used_again_only_when_no_fresh_one_is_left) {
  table* first = new_table();
  first->set(3, 9);
  platform::release_table(host, first);
  for (unsigned n = 1; n < table_limit; ++n) ASSERT_NE(new_table(), first);
  table* last = new_table();
  EXPECT_EQ(last, first);
  EXPECT_EQ(last->get(3), 0u);
  EXPECT_EQ(new_table(), nullptr);
  EXPECT_EQ(m.tables_out(), table_limit);
}

TEST_F(platform_functions, low_tables_run_out_by_themselves) {
  for (unsigned n = 0; n < low_table_limit; ++n) ASSERT_NE(platform::allocate_low_table(host), nullptr);
  EXPECT_EQ(platform::allocate_low_table(host), nullptr);
  EXPECT_NE(new_table(), nullptr);
}

TEST_F(platform_functions, bad_releases_of_tables_are_incidents) {
  table* t = new_table();
  platform::release_table(host, t);
  platform::release_table(host, t);
  EXPECT_EQ(only_incident().kind, incident_kind::bad_release);
  platform::address_of(host, t);
  EXPECT_EQ(only_incident().kind, incident_kind::bad_address);
  EXPECT_EQ(m.tables_out(), 0u);
}

TEST_F(platform_functions, memory_comes_zeroed_and_aligned) {
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{100}, std::size_t{5000}, std::size_t{1} << 20}) {
    auto* p = static_cast<unsigned char*>(platform::allocate(host, bytes));
    ASSERT_NE(p, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p) % 64, 0u);
    for (std::size_t n = 0; n < bytes; ++n) ASSERT_EQ(p[n], 0);
    std::memset(p, 0xee, bytes);
    platform::release(host, p, bytes);
  }
  m.reset();
  auto* again = static_cast<unsigned char*>(platform::allocate(host, 5000));
  for (std::size_t n = 0; n < 5000; ++n) ASSERT_EQ(again[n], 0);
}

TEST_F(platform_functions, released_memory_is_used_again_when_the_rest_is_gone) {
  constexpr std::size_t big = std::size_t{40} << 20;
  auto* p = static_cast<unsigned char*>(platform::allocate(host, big));
  ASSERT_NE(p, nullptr);
  p[5] = 5;
  EXPECT_EQ(platform::allocate(host, big), nullptr);
  platform::release(host, p, big);
  EXPECT_EQ(platform::allocate(host, big), p);
  EXPECT_EQ(p[5], 0);
  EXPECT_EQ(platform::allocate(host, big), nullptr) << "it has an owner again";
  EXPECT_EQ(platform::allocate(host, ~std::size_t{0}), nullptr);
}

TEST_F(platform_functions, bad_releases_of_memory_are_incidents) {
  void* p = platform::allocate(host, 100);
  platform::release(host, p, 96);
  EXPECT_EQ(only_incident().kind, incident_kind::bad_release);
  platform::release(host, static_cast<char*>(p) + 64, 100);
  EXPECT_EQ(only_incident().kind, incident_kind::bad_release);
  EXPECT_EQ(m.bytes_out(), 100u);
  platform::release(host, p, 100);
  platform::release(host, p, 100);
  EXPECT_EQ(only_incident().kind, incident_kind::bad_release);
  platform::release(host, nullptr, 100);
  EXPECT_EQ(m.bytes_out(), 0u);
}

#if defined(UMBRA_ASAN)
TEST_F(platform_functions, asan_sees_uses_after_release_and_overruns) {
  table* t = new_table();
  auto* p = static_cast<unsigned char*>(platform::allocate(host, 100));
  EXPECT_TRUE(__asan_address_is_poisoned(p + 104));
  EXPECT_FALSE(__asan_address_is_poisoned(t));
  platform::release_table(host, t);
  platform::release(host, p, 100);
  EXPECT_TRUE(__asan_address_is_poisoned(t));
  EXPECT_TRUE(__asan_address_is_poisoned(p));
  new_table();
  m.reset();
  EXPECT_TRUE(__asan_address_is_poisoned(t + 1));
}
#endif

TEST_F(platform_functions, the_nth_request_fails_and_no_other) {
  m.fail_allocation(2);
  hfn out;
  EXPECT_NE(new_table(), nullptr);
  EXPECT_NE(platform::allocate(host, 8), nullptr);
  EXPECT_FALSE(platform::pin(host, 1, out));
  EXPECT_TRUE(platform::pin(host, 1, out));
  m.fail_allocation(0);
  EXPECT_EQ(new_table(), nullptr);
  EXPECT_NE(new_table(), nullptr);
  m.fail_allocation(0);
  EXPECT_EQ(platform::allocate_low_table(host), nullptr);
  m.fail_allocation(0);
  EXPECT_EQ(platform::allocate(host, 8), nullptr);
  m.fail_allocation(0);
  m.allow_allocations();
  EXPECT_NE(new_table(), nullptr);
}

TEST_F(platform_functions, pins_are_counted_per_frame) {
  hfn out;
  const unsigned before = m.pins_out();
  ASSERT_TRUE(platform::pin(host, 200, out));
  EXPECT_EQ(out.value, first_guest_frame + 200);
  ASSERT_TRUE(platform::pin(host, 200, out));
  EXPECT_EQ(m.pins_out(), before + 2);
  platform::unpin(host, out);
  EXPECT_EQ(m.memory().pins(out.value), 1u);
  {
    platform::guard locked(host);
    platform::read(host, address_of(out), 8);
  }
  platform::unpin(host, out);
  platform::unpin(host, out);
  EXPECT_EQ(only_incident().kind, incident_kind::bad_release);
  EXPECT_EQ(m.pins_out(), before);
  EXPECT_FALSE(platform::pin(host, guest_frames, out));
  EXPECT_FALSE(platform::pin(host, ~word{0}, out));
}

TEST_F(platform_functions, reads_and_writes_reach_guest_memory) {
  platform::guard locked(host);
  m.memory().store(frame(1) + 8, 0x8877'6655'4433'2211, 8);
  EXPECT_EQ(platform::read(host, {frame(1) + 8}, 8), 0x8877'6655'4433'2211u);
  EXPECT_EQ(platform::read(host, {frame(1) + 12}, 4), 0x8877'6655u);
  platform::write(host, {frame(1) + 9}, 0xabcdef, 3);
  EXPECT_EQ(m.memory().load(frame(1) + 8, 8), 0x8877'6655'abcd'ef11u);
  EXPECT_TRUE(platform::compare_exchange(host, {frame(1) + 8}, 0xabcd'ef11, 5, 4));
  EXPECT_FALSE(platform::compare_exchange(host, {frame(1) + 8}, 0xabcd'ef11, 6, 4));
  EXPECT_EQ(m.memory().load(frame(1) + 8, 8), 0x8877'6655'0000'0005u);
  EXPECT_EQ(m.count().reads, 4u);
  EXPECT_EQ(m.count().writes, 2u);
  EXPECT_EQ(m.count().exchanges, 2u);
}

TEST_F(platform_functions, accesses_elsewhere_are_incidents_and_have_no_effect) {
  platform::guard locked(host);
  EXPECT_EQ(platform::read(host, {frame(20)}, 8), 0u);  // not pinned
  EXPECT_EQ(only_incident().kind, incident_kind::bad_address);
  platform::read(host, {frame(guest_frames)}, 8);
  EXPECT_EQ(only_incident().kind, incident_kind::bad_address);
  platform::write(host, {0x1000}, 1, 8);
  EXPECT_EQ(only_incident().kind, incident_kind::bad_address);
  platform::write(host, {frame(20)}, 1, 8);
  EXPECT_EQ(only_incident().kind, incident_kind::bad_address);
  EXPECT_EQ(m.memory().load(frame(20), 8), 0u);
  EXPECT_FALSE(platform::compare_exchange(host, {frame(20)}, 0, 1, 8));
  EXPECT_EQ(only_incident().kind, incident_kind::bad_address);
  EXPECT_FALSE(platform::compare_exchange(host, {frame(20)}, platform::word_pair{}, platform::word_pair{1, 2}));
  EXPECT_EQ(only_incident().kind, incident_kind::bad_address);
  EXPECT_EQ(m.memory().load(frame(20), 8), 0u);
}

TEST_F(platform_functions, wrong_sizes_and_alignments_are_incidents) {
  platform::guard locked(host);
  const auto bad = [&](auto f) {
    f();
    EXPECT_EQ(only_incident().kind, incident_kind::bad_access);
  };
  bad([&] { platform::read(host, {frame(1) + 4}, 8); });
  bad([&] { platform::read(host, {frame(1) + 2}, 4); });
  bad([&] { platform::read(host, {frame(1)}, 2); });
  bad([&] { platform::compare_exchange(host, {frame(1) + 4}, 0, 1, 8); });
  bad([&] { platform::compare_exchange(host, {frame(1)}, 0, 1, 1); });
  bad([&] {
    EXPECT_FALSE(platform::compare_exchange(host, {frame(1) + 8}, platform::word_pair{}, platform::word_pair{1, 2}));
  });
  bad([&] { platform::write(host, {frame(1) + 0xffc}, 0, 5); });
  bad([&] { platform::write(host, {frame(1) + 0xfff}, 0, 2); });
  bad([&] { platform::write(host, {frame(1)}, 0, 0); });
  bad([&] { platform::write(host, {frame(1)}, 0, 9); });
  EXPECT_EQ(m.memory().load(frame(1), 8), 0u);
}

TEST_F(platform_functions, lock_discipline) {
  platform::lock(host);
  EXPECT_TRUE(m.locked());
  platform::lock(host);
  EXPECT_EQ(only_incident().kind, incident_kind::lock_discipline);
  new_table();
  EXPECT_EQ(only_incident().kind, incident_kind::lock_discipline);
  platform::allocate_low_table(host);
  EXPECT_EQ(only_incident().kind, incident_kind::lock_discipline);
  platform::allocate(host, 8);
  EXPECT_EQ(only_incident().kind, incident_kind::lock_discipline);
  hfn out;
  platform::pin(host, 0, out);
  EXPECT_EQ(only_incident().kind, incident_kind::lock_discipline);
  platform::flush_all(host);
  platform::read(host, {frame(0)}, 8);
  platform::unlock(host);
  platform::unlock(host);
  EXPECT_EQ(only_incident().kind, incident_kind::lock_discipline);
  // What a guest frame number stands for may change at any time now.
  platform::read(host, {frame(0)}, 8);
  EXPECT_EQ(only_incident().kind, incident_kind::lock_discipline);
  platform::write(host, {frame(0)}, 1, 8);
  EXPECT_EQ(only_incident().kind, incident_kind::lock_discipline);
  platform::compare_exchange(host, {frame(0)}, 1, 2, 8);
  EXPECT_EQ(only_incident().kind, incident_kind::lock_discipline);
}

TEST_F(platform_functions, flush_vcpu_of_one_in_guest_mode_is_an_incident) {
  build_level4();
  enter_level4(base_cr4, 1);
  access(where, {}, 1);
  platform::flush_vcpu(host, 1);
  EXPECT_EQ(only_incident().kind, incident_kind::flush);
  EXPECT_EQ(m.cpu(1).translations().size(), 1u);
  platform::flush_vcpu(host, 2);
  EXPECT_EQ(only_incident().kind, incident_kind::flush);
}

TEST_F(platform_functions, a_failed_assertion_is_an_incident_of_the_active_machine) {
  UMBRA_ASSERT(1 + 1 == 2);
  UMBRA_ASSERT(1 + 1 == 3);
  const incident i = only_incident();
  EXPECT_EQ(i.kind, incident_kind::assertion);
  EXPECT_NE(std::strstr(i.text, "1 + 1 == 3"), nullptr);
}

TEST_F(platform_functions, incidents_are_told_to_the_handler_and_counted_beyond_those_kept) {
  unsigned told = 0;
  m.incidents().on_incident([](void* context, const incident&) { ++*static_cast<unsigned*>(context); }, &told);
  for (unsigned n = 0; n < 2 * incident_log::kept; ++n) platform::unlock(host);
  EXPECT_EQ(told, 2 * incident_log::kept);
  EXPECT_EQ(m.incidents().count(), 2 * incident_log::kept);
  m.incidents().clear();
}

}  // namespace
}  // namespace umbra::machine
