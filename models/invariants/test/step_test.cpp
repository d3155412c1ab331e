// The stepwise checker: what it must find at once, and that it says what the full one says.
#include <random>

#include "models/invariants/test/spoilt.hpp"

namespace umbra::invariants {
namespace {

class step_test : public level4_bench {
 protected:
  /// As if all entries on the path for an address had been stored to, with their links.
  violation path(std::uint64_t gva) {
    std::vector<touched_entry> entries;
    for (unsigned level = 4; level >= 1; --level) {
      const entry e = on_path(0, gva, level);
      if (e.page == nullptr) break;
      for (const bool chain : {false, true}) entries.push_back(touch_of(e, chain));
    }
    return step({.entries = entries});
  }
  static touched_entry touch_of(const entry& e, bool chain = false) {
    return {static_cast<std::uint16_t>(e.page->ordinal), static_cast<std::uint16_t>(e.index), chain};
  }
  violation stored_at(const entry& e, bool chain = false) {
    const touched_entry t = touch_of(e, chain);
    return step({.entries = {&t, 1}});
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
TEST_F(step_test, judges_roots_again_when_registers_or_roots_change) {
  expect(id::none, step({}));
  keep_registers = true;
  const reference::registers good = registers()[0];
  registers()[0].cr3 += 0x1000;
  expect(id::i10_roots, step({}));
  registers()[0] = good;
  expect(id::none, step({}));
  edit(*context(0).roots[0]).frame.value += 1;
  expect(id::i10_roots, step({}));
}
TEST_F(step_test, finds_a_writable_leaf_of_a_table_that_a_link_now_leads_to) {
  const entry e = leaf(at::table);
  e.set(e.get() | w);
  expect(id::i3_write_protection, stored_at(on_path(0, at::user, 2)));
}
TEST_F(step_test, finds_neighbours_in_a_chain_that_do_not_agree) {
  const entry e = leaf(at::large);
  const std::uint64_t link = e.page->links->get(e.index);
  ASSERT_NE(link, 0u) << "several leaves map this frame";
  e.page->links->set(e.index, link << 32 | link >> 32);
  expect(id::i5_reverse_map, stored_at(e, true));
}
TEST_F(step_test, finds_what_a_page_that_went_has_kept) {
  const entry e = leaf(at::huge);
  edit(*e.page).state = mmu::page_state::free;
  expect(id::i10_roots, stored_at(e));
  e.set(0);
  expect(id::i6_parents, stored_at(e));
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
    const violation full = check(depth::usual), quick = stored_at(e);
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
