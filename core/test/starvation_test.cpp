// Operations that can run out of memory fail before they change anything, and keep nothing.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>

#include "core/mmu/view.hpp"
#include "core/vcpu/vcpu.hpp"
#include "models/machine/machine.hpp"

namespace umbra {
namespace {

memory::slot_request request(std::uint64_t base, std::uint64_t pages, std::uint64_t backing, bool logged = false) {
  memory::slot_request r;
  r.base = {base};
  r.pages = pages;
  r.userspace_page = backing;
  r.log_dirty = logged;
  return r;
}

class starvation : public testing::Test {
 protected:
  void TearDown() override {
    EXPECT_EQ(host_.incidents().count(), 0u);
    EXPECT_FALSE(host_.locked());
  }

  /// What the core holds of the host.
  struct held {
    unsigned tables, pins;
    std::size_t bytes;
    bool operator==(const held&) const = default;
  };
  held holds() const { return {host_.tables_out(), host_.pins_out(), host_.bytes_out()}; }

  /// Lets `operation` fail at its first allocation, its second, and so on until it succeeds; `unchanged` after each
  /// failure. Returns how often it failed.
  template <class Operation, class Unchanged>
  unsigned starve(Operation operation, Unchanged unchanged) {
    for (unsigned n = 0; n < 1000; ++n) {
      host_.fail_allocation(n);
      const bool done = operation();
      host_.allow_allocations();
      if (done) return n;
      unchanged();
    }
    ADD_FAILURE() << "it never succeeds";
    return 0;
  }

  machine::machine host_;
};

TEST_F(starvation, a_pool_of_pages_is_all_or_nothing) {
  memory::space space(host_.host());
  mmu::mmu mmu(space);
  const held before = holds();
  const unsigned failures = starve([&] { return mmu.create(40); }, [&] { EXPECT_EQ(holds(), before); });
  EXPECT_EQ(failures, 1u + 2 * 40 + 2);  // the pages' records, two tables for each, and two indexes
  EXPECT_EQ(mmu::view(mmu).free_pages(), 40u);
}

TEST_F(starvation, a_pool_below_the_minimum_is_refused) {
  memory::space space(host_.host());
  mmu::mmu mmu(space);
  EXPECT_FALSE(mmu.create(mmu::mmu::minimum_pages(1) - 1));
  EXPECT_EQ(holds(), held{});
}

TEST_F(starvation, a_vm_has_sixteen_vcpus_at_most) {
  memory::space space(host_.host());
  mmu::mmu mmu(space);
  ASSERT_TRUE(mmu.create(mmu::mmu::default_pages));
  mmu::context contexts[17];
  for (unsigned n = 0; n < 16; ++n) EXPECT_TRUE(mmu.attach(contexts[n])) << n;
  const held before = holds();
  EXPECT_FALSE(mmu.attach(contexts[16]));
  EXPECT_EQ(holds(), before);
  mmu.detach(contexts[3]);
  EXPECT_TRUE(mmu.attach(contexts[16])) << "there is room again";
  contexts[3] = {};
  for (mmu::context& c : contexts) {
    if (&c != &contexts[3]) mmu.detach(c);
  }
}

TEST_F(starvation, a_vcpu_is_attached_or_not) {
  memory::space space(host_.host());
  mmu::mmu mmu(space);
  ASSERT_TRUE(mmu.create(mmu::mmu::minimum_pages(2)));
  const held before = holds();
  std::optional<vcpu::vcpu> first, second, third;
  const auto attach = [&](std::optional<vcpu::vcpu>& v, unsigned id) {
    v.emplace(mmu, id, x86::features{});
    return v->create();
  };
  const unsigned failures = starve([&] { return attach(first, 0); }, [&] { EXPECT_EQ(holds(), before); });
  EXPECT_EQ(failures, 1u);
  EXPECT_TRUE(attach(second, 1));
  EXPECT_FALSE(attach(third, 2)) << "the pool is too small for a third";
}

TEST_F(starvation, a_slot_is_added_or_not) {
  memory::space space(host_.host());
  mmu::mmu mmu(space);
  ASSERT_TRUE(mmu.create(40));
  std::size_t most = 0;
  const auto add = [&] {
    const memory::status s = mmu.set_slot(0, request(0x10, 8, 3, true));
    EXPECT_TRUE(s == memory::status::ok || s == memory::status::out_of_memory || s == memory::status::no_backing);
    return s == memory::status::ok;
  };
  const unsigned failures = starve(add, [&] {
    EXPECT_EQ(space.slot_at(0).pages, 0u);
    EXPECT_EQ(space.find({0x10}).backing, nullptr);
    EXPECT_EQ(host_.pins_out(), 0u);
    // Frame records that one attempt reserved serve the next; they do not add up.
    if (most == 0) most = host_.bytes_out();
    EXPECT_LE(host_.bytes_out(), most + 8 * sizeof(memory::frame) + 64);
  });
  EXPECT_EQ(failures, 10u);  // places, a pin each, the log; frame records were reserved by the first failure
  EXPECT_EQ(host_.pins_out(), 8u);
  ASSERT_EQ(mmu.set_slot(0, request(0, 0, 0)), memory::status::ok);
  EXPECT_EQ(host_.pins_out(), 0u);
}

TEST_F(starvation, a_slot_is_replaced_or_stays) {
  memory::space space(host_.host());
  mmu::mmu mmu(space);
  ASSERT_TRUE(mmu.create(40));
  ASSERT_EQ(mmu.set_slot(1, request(0x10, 4, 3)), memory::status::ok);
  const unsigned failures =
      starve([&] { return mmu.set_slot(1, request(0x40, 6, 9)) == memory::status::ok; },
             [&] {
               EXPECT_EQ(space.layout().slot_at(1).base.value, 0x10u);
               ASSERT_NE(space.find({0x13}).backing, nullptr);
               EXPECT_EQ(space.find({0x13}).backing->number.value, machine::first_guest_frame + 6);
               EXPECT_EQ(host_.pins_out(), 4u);
             });
  EXPECT_GE(failures, 7u);
  EXPECT_EQ(space.find({0x10}).backing, nullptr);
  EXPECT_EQ(space.find({0x45}).backing->number.value, machine::first_guest_frame + 14);
}

TEST_F(starvation, a_slot_beyond_the_vmms_memory_has_no_backing) {
  memory::space space(host_.host());
  mmu::mmu mmu(space);
  ASSERT_TRUE(mmu.create(40));
  EXPECT_EQ(mmu.set_slot(0, request(0, 4, machine::guest_frames - 2)), memory::status::no_backing);
  EXPECT_EQ(host_.pins_out(), 0u);
  EXPECT_EQ(space.slot_at(0).pages, 0u);
}

TEST_F(starvation, a_log_starts_or_does_not) {
  memory::space space(host_.host());
  mmu::mmu mmu(space);
  ASSERT_TRUE(mmu.create(40));
  ASSERT_EQ(mmu.set_slot(0, request(0, 8, 0)), memory::status::ok);
  const held before = holds();
  const unsigned failures = starve([&] { return mmu.log_dirty(0, true) == memory::status::ok; },
                                   [&] {
                                     EXPECT_EQ(holds(), before);
                                     EXPECT_EQ(space.slot_at(0).dirty, nullptr);
                                   });
  EXPECT_EQ(failures, 1u);
  EXPECT_EQ(mmu.log_dirty(0, true), memory::status::ok) << "a log that runs goes on";
  EXPECT_EQ(mmu.log_dirty(0, false), memory::status::ok);
  EXPECT_EQ(holds(), before);
}

TEST_F(starvation, slots_that_come_and_go_take_no_more_memory_each_time) {
  memory::space space(host_.host());
  mmu::mmu mmu(space);
  ASSERT_TRUE(mmu.create(40));
  held after_one{};
  for (unsigned n = 0; n < 20; ++n) {
    ASSERT_EQ(mmu.set_slot(0, request(0, 8 + n % 3, 16 * (n % 4))), memory::status::ok);
    ASSERT_EQ(mmu.set_slot(0, request(0, 0, 0)), memory::status::ok);
    if (n == 2) after_one = holds();
    if (n > 2) {
      ASSERT_EQ(holds(), after_one) << "round " << n;
    }
  }
}

TEST_F(starvation, everything_is_given_back) {
  {
    memory::space space(host_.host());
    mmu::mmu mmu(space);
    ASSERT_TRUE(mmu.create());
    ASSERT_EQ(mmu.set_slot(0, request(0, 8, 0, true)), memory::status::ok);
    ASSERT_EQ(mmu.set_slot(1, request(0x100, 8, 0)), memory::status::ok);
    vcpu::vcpu v(mmu, 0, x86::features{});
    ASSERT_TRUE(v.create());
    ASSERT_EQ(v.enter(), mmu::verdict::resume);
    ASSERT_EQ(v.page_fault({0x1000}, {}).next, mmu::verdict::resume);
  }
  EXPECT_EQ(holds(), held{});
}

}  // namespace
}  // namespace umbra
