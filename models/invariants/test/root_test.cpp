// Roots: I10.
#include "models/invariants/test/spoilt.hpp"

namespace umbra::invariants {
namespace {

class root_test : public level4_bench {
 protected:
  mmu::page& root() { return *context(0).roots[0]; }
};

TEST_F(root_test, a_page_that_miscounts_the_roots_that_it_is) {
  ++root().root_count;
  expect(id::i10_roots);
}
TEST_F(root_test, a_page_that_believes_to_be_a_root) {
  leaf(at::user).page->root_count = 1;
  expect(id::i10_roots);
}
TEST_F(root_test, a_root_that_is_missing) {
  context(0).roots[0] = nullptr;
  expect(id::i10_roots);
}
TEST_F(root_test, a_root_that_was_freed) {
  context(1).roots[0] = &edit(*view().first_free());
  expect(id::i10_roots);
}
TEST_F(root_test, a_root_of_another_table) {
  keep_registers = true;
  registers()[0].cr3 = std::uint64_t{61} << 12;
  expect(id::i10_roots);
}
TEST_F(root_test, a_root_for_another_mode) {
  keep_registers = true;
  registers()[0].cr0 &= ~x86::cr0::wp;  // the guest cleared CR0.WP, and the core went on as before
  expect(id::i10_roots);
}
TEST_F(root_test, a_root_for_another_format) {
  keep_registers = true;
  registers()[0].cr0 &= ~x86::cr0::pg;
  expect(id::i10_roots);
}
TEST_F(root_test, a_smap_that_came_unnoticed) {
  keep_registers = true;
  registers()[0].cr4 |= x86::cr4::smap;
  expect(id::i10_roots);
}

class pae_root_test : public spoilt {
 protected:
  void SetUp() override {
    pae(0);
    ASSERT_TRUE(touch(0, 0));
    ASSERT_TRUE(touch(0, 0xc000'0000));
    good();
  }
};
TEST_F(pae_root_test, pdptes_that_were_not_loaded) {
  keep_registers = true;
  registers()[0].pdpte[3] = 0;
  expect(id::i10_roots);
}
TEST_F(pae_root_test, pdptes_that_name_another_directory) {
  keep_registers = true;
  registers()[0].pdpte[0] = std::uint64_t{61} << 12 | p;
  expect(id::i10_roots);
}
TEST_F(pae_root_test, a_directory_pointer_that_hardware_should_not_see) {
  context(0).pae_roots->set(1, context(0).pae_roots->get(0));
  expect(id::i10_roots);
}
TEST_F(pae_root_test, a_directory_pointer_to_the_wrong_root) {
  context(0).pae_roots->set(0, std::uint64_t{123} << 12 | p);
  expect(id::i10_roots);
}
TEST_F(pae_root_test, a_fifth_directory_pointer) {
  context(0).pae_roots->set(4, context(0).pae_roots->get(0));
  EXPECT_EQ(check(depth::usual).which, id::none);
  expect(id::i10_roots);
}

TEST_F(spoilt, quadrants_in_the_wrong_order) {
  bits32(0);
  ASSERT_TRUE(touch(0, 0));
  good();
  std::swap(context(0).roots[0], context(0).roots[1]);
  context(0).pae_roots->set(0, context(0).roots[0]->where.value << 12 | p);
  context(0).pae_roots->set(1, context(0).roots[1]->where.value << 12 | p);
  expect(id::i10_roots);
}

TEST_F(spoilt, a_zapped_root_in_use) {
  level4(0);
  ASSERT_TRUE(touch(0, at::user));
  shadow().zap_all();
  ASSERT_EQ(context(0).roots[0]->state, mmu::page_state::invalid);
  good();
  context(0).loaded = true;
  expect(id::i10_roots);
  context(0).loaded = false;
  context(0).roots[0]->entries->set(0, 0x1234'5001);
  expect(id::i10_roots);
}

}  // namespace
}  // namespace umbra::invariants
