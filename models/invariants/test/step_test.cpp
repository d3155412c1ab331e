// The stepwise checker: what it must find at once, and that it says what the full one says.
#include <random>

#include "models/invariants/test/spoilt.hpp"

namespace umbra::invariants {
namespace {

class step_test : public level4_bench {
 protected:
  violation path(std::uint64_t gva) {
    const touched_path t{0, gva};
    return step({.paths = {&t, 1}});
  }
  violation bytes(std::uint64_t gpa, unsigned count) {
    const touched_bytes t{machine::first_guest_frame + (gpa >> 12), static_cast<unsigned>(gpa & 0xfff), count};
    return step({.writes = {&t, 1}});
  }
  void expect(id which, const violation& v) { EXPECT_EQ(v.which, which) << v; }
};

TEST_F(step_test, finds_nothing_wrong_with_a_good_state) {
  for (const std::uint64_t gva : {at::user, at::narrow, at::large, at::huge, at::rom}) expect(id::none, path(gva));
  expect(id::none, bytes((place::pd << 12) + 4, 8));
}
TEST_F(step_test, finds_a_spoilt_leaf_on_the_path) {
  const entry e = leaf(at::user);
  e.set(e.get() | x86::entry::pcd);
  expect(id::i1_containment, path(at::user));
}
TEST_F(step_test, finds_a_spoilt_link_on_the_path) {
  on_path(0, at::narrow, 2).set(on_path(0, at::user, 2).get());
  expect(id::i7b_guest, path(at::narrow));
}
TEST_F(step_test, finds_what_a_table_write_left_behind) {
  poke((place::pt << 12) + 0x100 * 8, 0);
  expect(id::i2_soundness, bytes((place::pt << 12) + 0x100 * 8 + 7, 1));
}
TEST_F(step_test, finds_the_second_entry_that_a_straddling_write_changed) {
  poke((place::pt << 12) + 0x101 * 8, 0);
  expect(id::i2_soundness, bytes((place::pt << 12) + 0x100 * 8 + 4, 8));
}
TEST_F(step_test, finds_the_second_half_of_a_32_bit_directory_entry) {
  hardware().cpu(0).leave();
  cpu(0).write_cr0(0);
  cpu(0).write_cr4(0);
  cpu(0).write_efer(0);
  bits32(0);
  ASSERT_TRUE(touch(0, 0));
  ASSERT_TRUE(touch(0, 0x2d'0000));
  good();
  expect(id::none, bytes(place::pd32 << 12, 4));
  poke(place::pd32 << 12, peek(place::pd32 << 12, 4) & ~w, 4);
  on_path(0, 0, 2).set(0);
  const violation v = bytes(place::pd32 << 12, 4);
  EXPECT_EQ(v.which, id::i7b_guest) << v;
  EXPECT_EQ(v.index, 1u);
}
TEST_F(step_test, finds_a_writable_leaf_of_a_table_on_the_path) {
  const entry e = leaf(at::table);
  e.set(e.get() | w);
  expect(id::i3_write_protection, path(at::user));
}
TEST_F(step_test, finds_a_broken_chain_on_the_path) {
  frame(place::data).rmap = 0;
  const violation v = path(at::large);  // the last of several leaves, so the first of the chain
  EXPECT_EQ(v.which, id::i5_reverse_map) << v;
}
TEST_F(step_test, finds_a_wrong_root) {
  keep_registers = true;
  registers()[0].cr0 &= ~x86::cr0::wp;
  expect(id::i10_roots, step({}));
}
TEST_F(step_test, comes_round_to_every_page) {
  const entry e = leaf(at::huge);
  e.set(e.get() | x86::entry::pcd);
  violation v;
  for (unsigned n = 0; n < view().pages() && !v; ++n) v = step({});
  EXPECT_EQ(v.which, id::i1_containment) << v;
}
TEST_F(step_test, is_the_full_check_when_everything_changed) {
  ++frame(place::data).leaves;
  expect(id::i5_reverse_map, step({.everything = true}));
}

/// Whatever is wrong with one entry, both checkers call it the same.
TEST_F(step_test, agrees_with_the_full_check_on_spoilt_entries) {
  std::mt19937_64 random(7);
  const std::array<std::uint64_t, 8> all{at::user,  at::supervisor, at::read_only, at::no_execute,
                                         at::clean, at::narrow,     at::large,     at::huge};
  unsigned found = 0;
  for (unsigned n = 0; n < 5000; ++n) {
    const std::uint64_t gva = all[random() % all.size()];
    const entry e = on_path(0, gva, 1 + static_cast<unsigned>(random() % 4));
    const std::uint64_t was = e.get();
    e.set(was ^ std::uint64_t{1} << random() % 64);
    const violation full = check(depth::usual), quick = path(gva);
    e.set(was);
    ASSERT_EQ(full.which == id::none, quick.which == id::none) << full << " / " << quick;
    found += full.which != id::none;
    if (full.which < id::i5_reverse_map && full.page == quick.page) {
      ASSERT_EQ(full.which, quick.which) << full << " / " << quick;
    }
  }
  EXPECT_GT(found, 3000u);
}

}  // namespace
}  // namespace umbra::invariants
