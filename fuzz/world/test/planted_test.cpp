// Mistakes that the core might make, planted into its state from outside: the world must name each.
#include "core/platform/platform.hpp"
#include "core/x86/entry.hpp"
#include "fuzz/world/test/programs.hpp"

namespace umbra::fuzz {
namespace {

class planted : public world_test {
 protected:
  void SetUp() override {
    start("start level4\nscene 1\nflags wp nxe\n");
    step("read 0x400000 8");  // maps page 0x90 by table 0xd
    step("log 0 on");
    step("write 0x80000 8 = 1");
  }

  mmu::mmu& core() { return const_cast<mmu::mmu&>(w->shadow()); }
  /// The page that holds the leaf for an address, by the core's own tables.
  mmu::page& leaf_page(std::uint64_t gva) {
    const mmu::view v(w->shadow());
    const mmu::page* p = w->guest(0).context().roots[0];
    while (p->level > 1)
      p = v.page_of({(p->entries->get(gva >> (12 + 9 * (p->level - 1)) & 511) & x86::entry::address_mask) >> 12});
    return const_cast<mmu::page&>(*p);
  }
  void alter(std::uint64_t gva, std::uint64_t on, std::uint64_t off) {
    table* t = leaf_page(gva).entries;
    const word index = gva >> 12 & 511;
    t->set(index, (t->get(index) & ~off) | on);
  }
  void expect_found(const std::string& line, const std::string& id) {
    EXPECT_FALSE(w->step(parsed_op(line)));
    expect_finding(id);
    EXPECT_FALSE(w->finish());
  }
};

TEST_F(planted, a_leaf_with_a_wrong_frame) {
  alter(0x400000, host(0xa0), x86::entry::address_mask);
  w->hardware().cpu(0).flush();
  expect_found("read 0x400008 8", "outcome");
}

TEST_F(planted, a_leaf_that_may_be_written_too_early) {
  step("read 0x406000 8");  // the guest's D bit is not set
  alter(0x406000, x86::entry::write | x86::entry::dirty, 0);
  w->hardware().cpu(0).flush();
  expect_found("write 0x406000 8 = 1", "memory");
}

TEST_F(planted, a_right_that_is_not_flushed) {
  step("read 0x402000 8");
  alter(0x402000, x86::entry::no_execute, 0);
  expect_found("read 0x403000 8", "I11");
}

TEST_F(planted, a_lost_dirty_bit) {
  const memory::slot& s = w->shadow().memory().slot_at(0);
  s.dirty[0x80 / 64] = 0;
  expect_found("read-log 0", "I4");
}

TEST_F(planted, a_store_to_guest_memory_that_nothing_calls_for) {
  struct context {
    platform::host& host;
    hpa where;
  } c{w->hardware().host(), {host(0x84)}};
  w->hardware().arm_race(
      0,
      [](void* at) {
        const context& planted = *static_cast<context*>(at);
        platform::write(planted.host, planted.where, 0x77, 8);
      },
      &c);
  expect_found("read 0x401000 8", "memory");
}

TEST_F(planted, an_assertion_in_the_core_ends_the_op) {
  leaf_page(0x400000).parent_count = 0;
  EXPECT_FALSE(w->step(parsed_op("zap-all")));
  expect_finding("assertion");
  EXPECT_FALSE(w->finish());
  EXPECT_TRUE(w->run(parsed("start level4\nread 0x90000 8\n"))) << "the next program is not affected: " << last(*w);
}

TEST_F(planted, a_lock_that_is_kept) {
  platform::lock(w->hardware().host());
  EXPECT_FALSE(w->step(parsed_op("vcpu 1")));
  expect_finding("incident");
  w->finish();
}

TEST_F(planted, a_pin_that_is_kept) {
  hfn pinned;
  ASSERT_TRUE(platform::pin(w->hardware().host(), 3, pinned));
  EXPECT_FALSE(w->finish());
  expect_finding("I12");
}

TEST_F(planted, memory_that_is_kept) {
  ASSERT_NE(platform::allocate(w->hardware().host(), 100), nullptr);
  EXPECT_FALSE(w->finish());
  expect_finding("I12");
}

TEST_F(planted, a_control_register_with_a_wrong_value) {
  const_cast<vcpu::vcpu&>(w->guest(0)).write_cr4(0);  // behind the model's back; refused in IA-32e mode, so use another
  const_cast<vcpu::vcpu&>(w->guest(0)).write_cr0(0x80000031);
  expect_found("cr3 = 0x1000", "I15");
}

TEST_F(planted, an_event_that_is_lost) {
  step("cr4 = 0");  // #GP in IA-32e mode
  const_cast<vcpu::vcpu&>(w->guest(0)).events().clear();
  expect_found("read 0x401000 8", "I16");
}

TEST_F(planted, an_event_that_nobody_raised) {
  step("invlpg 0x400000");
  const_cast<vcpu::vcpu&>(w->guest(0)).events().raise(vcpu::event::exception(x86::exception::undefined));
  expect_found("read 0x401000 8", "I16");
}

TEST_F(planted, an_exit_that_does_not_go_on) {
  // The core finds another instruction length than the processor told.
  w->hardware().arm_race(
      0, [](void* m) { static_cast<machine::machine*>(m)->cpu(0).inform(x86::vmcs::instruction_length, 7); },
      &w->hardware());
  expect_found("invlpg 0x400000", "I16");
}

TEST_F(planted, a_slot_that_the_vmm_did_not_ask_for) {
  core().set_slot(3, {{0x300}, 4, 0xe0, false, false});
  expect_found("slot 2 at 0x302 pages 4 backing 0xe8", "status");
}

TEST_F(planted, a_reverse_map_that_lacks_a_leaf) {
  memory::frame* f = w->shadow().memory().frame_at({machine::first_guest_frame + 0x90});
  f->rmap = 0;
  EXPECT_FALSE(w->finish());
  expect_finding("I5");
}

}  // namespace
}  // namespace umbra::fuzz
