// What processors hold: I10 and I11.
#include "models/invariants/test/held.hpp"
#include "models/invariants/test/spoilt.hpp"

namespace umbra::invariants {
namespace {

class cache_test : public level4_bench {
 protected:
  violation cached() { return check_caches(subject(), held{hardware()}, 2); }
  void expect_cached(id which) {
    const violation v = cached();
    EXPECT_EQ(v.which, which) << v;
  }
};

TEST_F(cache_test, a_good_state) { expect_cached(id::none); }

TEST_F(cache_test, a_translation_that_outlived_its_leaf) {
  leaf(at::user).set(0);
  expect_cached(id::i11_tlb);
}
TEST_F(cache_test, a_translation_that_outlived_a_right) {
  const entry e = leaf(at::user);
  e.set(e.get() & ~w);
  expect_cached(id::i11_tlb);
}
TEST_F(cache_test, a_translation_to_another_frame) {
  const entry e = leaf(at::user);
  e.set(e.get() + 0x1000);
  expect_cached(id::i11_tlb);
}
TEST_F(cache_test, a_structure_that_outlived_its_link) {
  on_path(0, at::huge, 3).set(0);
  expect_cached(id::i11_tlb);
}
TEST_F(cache_test, a_structure_that_leads_to_a_freed_page) {
  leaf(at::large).page->state = mmu::page_state::free;
  expect_cached(id::i10_roots);
}
TEST_F(cache_test, a_structure_that_leads_elsewhere) {
  const entry from = on_path(0, at::user, 2), to = on_path(0, at::narrow, 2);
  from.set(to.get());
  expect_cached(id::i11_tlb);
}
TEST_F(cache_test, a_vcpu_that_runs_on_old_roots) {
  ASSERT_TRUE(hardware().cpu(0).in_guest());
  context(0).loaded = false;
  expect_cached(id::i10_roots);
}
TEST_F(cache_test, a_vcpu_that_runs_on_other_roots) {
  context(0).roots[0] = leaf(at::user).page;
  expect_cached(id::i10_roots);
}
TEST_F(cache_test, a_vcpu_that_runs_on_a_freed_root) {
  context(0).roots[0]->state = mmu::page_state::free;
  expect_cached(id::i10_roots);
}
TEST_F(cache_test, a_mode_change_that_flushed_nothing) {
  // The roots are those of another mode, in which nothing is mapped yet.
  hardware().cpu(0).leave();
  context(0).roots[0] = nullptr;
  expect_cached(id::i11_tlb);
}

}  // namespace
}  // namespace umbra::invariants
