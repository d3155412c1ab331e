// The parts of an access that the emulator makes: any place, any size, logged, and seen by the shadows.
#include <gtest/gtest.h>

#include "core/vcpu/vcpu.hpp"
#include "models/machine/machine.hpp"

namespace umbra {
namespace {

class guest_access : public testing::Test {
 protected:
  guest_access() {
    EXPECT_TRUE(mmu_.create(40));
    memory::slot_request r;
    r.pages = 8;
    r.log_dirty = true;
    EXPECT_EQ(mmu_.set_slot(0, r), memory::status::ok);
    r.base = {0x10};
    r.userspace_page = 8;
    r.log_dirty = false;
    r.read_only = true;
    EXPECT_EQ(mmu_.set_slot(1, r), memory::status::ok);
    for (unsigned n = 0; n < 64; ++n) poke(0x100 + n, n + 1, 1);
  }
  void TearDown() override {
    EXPECT_EQ(host_.incidents().count(), 0u) << host_.incidents().at(0).text;
    EXPECT_FALSE(host_.locked());
  }

  void poke(std::uint64_t gpa, std::uint64_t value, unsigned bytes) {
    host_.memory().store(machine::ram::address_of_frame(0) + gpa, value, bytes);
  }
  std::uint64_t peek(std::uint64_t gpa, unsigned bytes) {
    return host_.memory().load(machine::ram::address_of_frame(0) + gpa, bytes);
  }
  std::uint64_t dirty() {
    std::uint64_t log = 0;
    EXPECT_EQ(mmu_.read_log(0, &log), memory::status::ok);
    return log;
  }

  machine::machine host_;
  memory::space space_{host_.host()};
  mmu::mmu mmu_{space_};
};

TEST_F(guest_access, reads_take_any_place_and_size) {
  for (unsigned at = 0; at < 16; ++at) {
    for (unsigned bytes = 1; bytes <= 8; ++bytes) {
      word value = 0;
      ASSERT_TRUE(mmu_.read_guest({0x100 + at}, value, bytes));
      EXPECT_EQ(value, peek(0x100 + at, bytes)) << at << " " << bytes;
    }
  }
}

TEST_F(guest_access, a_read_inside_an_aligned_unit_is_one_read) {
  word value;
  const std::uint64_t before = host_.count().reads;
  mmu_.read_guest({0x102}, value, 4);
  EXPECT_EQ(host_.count().reads, before + 1);
  mmu_.read_guest({0x106}, value, 4);
  EXPECT_EQ(host_.count().reads, before + 3);
}

TEST_F(guest_access, writes_are_logged) {
  EXPECT_EQ(dirty(), 0u);
  EXPECT_TRUE(mmu_.write_guest({0x3005}, 0xffff'1234, 2));
  EXPECT_EQ(peek(0x3004, 4), 0x123400u);
  EXPECT_EQ(dirty(), 1u << 3);
}

TEST_F(guest_access, holes_and_read_only_memory_are_not_written) {
  word value = 0;
  EXPECT_FALSE(mmu_.read_guest({0x9000}, value, 4));
  EXPECT_FALSE(mmu_.write_guest({0x9000}, 1, 4));
  EXPECT_TRUE(mmu_.read_guest({0x10000}, value, 4));
  EXPECT_FALSE(mmu_.write_guest({0x10000}, 1, 4));
  EXPECT_EQ(mmu_.exchange_guest({0x9000}, 0, 1, 4), mmu::exchange_result::no_memory);
  EXPECT_EQ(mmu_.exchange_guest({0x10000}, 0, 1, 4), mmu::exchange_result::no_memory);
  EXPECT_EQ(mmu_.exchange_guest({0x10000}, {0, 0}, {1, 1}), mmu::exchange_result::no_memory);
  EXPECT_EQ(peek(0x8000, 8), 0u);
}

TEST_F(guest_access, exchanges_touch_their_own_bytes_alone) {
  for (unsigned at = 0; at < 16; ++at) {
    for (unsigned bytes = 1; bytes <= 8 && at + bytes <= 16; ++bytes) {
      const std::uint64_t gpa = 0x2000 + at, old = peek(gpa, bytes), mask = ~0ull >> (64 - 8 * bytes);
      const std::uint64_t left = at != 0 ? peek(gpa - 1, 1) : 0, right = peek(gpa + bytes, 1);
      EXPECT_EQ(mmu_.exchange_guest({gpa}, (old + 1) & mask, 0, bytes), mmu::exchange_result::lost);
      EXPECT_EQ(peek(gpa, bytes), old);
      ASSERT_EQ(mmu_.exchange_guest({gpa}, old, (old + 0x0123456789abcdef) & mask, bytes),
                mmu::exchange_result::exchanged);
      EXPECT_EQ(peek(gpa, bytes), (old + 0x0123456789abcdef) & mask) << at << " " << bytes;
      if (at != 0) EXPECT_EQ(peek(gpa - 1, 1), left);
      EXPECT_EQ(peek(gpa + bytes, 1), right);
    }
  }
  EXPECT_EQ(dirty(), 1u << 2);
}

TEST_F(guest_access, pairs_are_exchanged_as_a_whole) {
  poke(0x4000, 1, 8);
  poke(0x4008, 2, 8);
  EXPECT_EQ(mmu_.exchange_guest({0x4000}, {1, 3}, {7, 8}), mmu::exchange_result::lost);
  EXPECT_EQ(mmu_.exchange_guest({0x4000}, {1, 2}, {7, 8}), mmu::exchange_result::exchanged);
  EXPECT_EQ(peek(0x4000, 8), 7u);
  EXPECT_EQ(peek(0x4008, 8), 8u);
  EXPECT_EQ(dirty(), 1u << 4);
}

TEST_F(guest_access, locating_sets_what_the_access_sets_and_no_more) {
  vcpu::vcpu v(mmu_, 0, x86::features{});
  ASSERT_TRUE(v.create());
  mmu::outcome o = mmu_.locate(v.context(), {0x3456}, {});
  EXPECT_EQ(o.next, mmu::verdict::resume);
  EXPECT_EQ(o.address.value, 0x3456u);
  o = mmu_.locate(v.context(), {0x1'0000'9456}, {.write = true});
  EXPECT_EQ(o.next, mmu::verdict::resume) << "a hole is a place, too";
  EXPECT_EQ(o.address.value, 0x9456u);
}

}  // namespace
}  // namespace umbra
