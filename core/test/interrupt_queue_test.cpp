// Which interrupt goes first.
#include <gtest/gtest.h>

#include <vector>

#include "core/vcpu/interrupt_queue.hpp"
#include "core/vcpu/nmi_queue.hpp"

namespace umbra::vcpu {
namespace {

std::vector<word> drained(interrupt_queue q) {
  std::vector<word> order;
  while (!q.empty() && order.size() <= interrupt_queue::vectors) {
    order.push_back(q.first());
    q.remove(q.first());
  }
  return order;
}

TEST(interrupt_queue, the_highest_goes_first) {
  interrupt_queue q;
  EXPECT_TRUE(q.empty());
  for (const word v : {0x31, 0xff, 0x80, 0x20, 0x3f, 0x40, 0x00, 0x7f}) q.add(v);
  EXPECT_EQ(drained(q), (std::vector<word>{0xff, 0x80, 0x7f, 0x40, 0x3f, 0x31, 0x20, 0x00}));
}

TEST(interrupt_queue, every_vector_waits_by_itself) {
  for (word v = 0; v < interrupt_queue::vectors; ++v) {
    interrupt_queue q;
    q.add(v);
    EXPECT_FALSE(q.several());
    EXPECT_EQ(drained(q), std::vector<word>{v});
    q.remove(v);
    EXPECT_TRUE(q.empty());
  }
}

TEST(interrupt_queue, one_that_was_asked_for_twice_comes_once) {
  interrupt_queue q;
  q.add(0x30);
  q.add(0x30);
  EXPECT_FALSE(q.several());
  EXPECT_EQ(drained(q), std::vector<word>{0x30});
}

TEST(interrupt_queue, a_second_one_shows_wherever_it_is) {
  for (const word second : {word{0x31}, word{0xf0}, word{0x00}}) {
    interrupt_queue q;
    EXPECT_FALSE(q.several());
    q.add(0x30);
    q.add(second);
    EXPECT_TRUE(q.several());
    q.remove(second);
    EXPECT_FALSE(q.several());
    EXPECT_EQ(q.first(), 0x30u);
  }
}

TEST(interrupt_queue, is_saved_and_restored_bit_by_bit) {
  interrupt_queue q, copy;
  for (const word v : {0x05, 0x40, 0xc1, 0xff}) q.add(v);
  copy.add(0x90);
  for (unsigned n = 0; n < interrupt_queue::words; ++n) copy.set_bits(n, q.bits(n));
  EXPECT_EQ(drained(copy), drained(q));
  for (unsigned n = 0; n < interrupt_queue::words; ++n) copy.set_bits(n, 0);
  EXPECT_TRUE(copy.empty());
}

TEST(nmi_queue, a_processor_remembers_one_beside_the_one_that_it_handles) {
  nmi_queue q;
  for (int n = 0; n < 3; ++n) q.add(false);
  EXPECT_TRUE(q.several());
  q.remove();
  EXPECT_FALSE(q.empty());
  EXPECT_FALSE(q.several());
  q.add(true);
  EXPECT_FALSE(q.several()) << "one is handled, one is remembered";
  q.remove();
  EXPECT_TRUE(q.empty());
}

TEST(nmi_queue, one_that_comes_back_does_not_displace_the_next) {
  nmi_queue q;
  q.add(false);
  q.add(false);
  q.remove();
  q.again();
  EXPECT_TRUE(q.several());
  q.remove();
  q.remove();
  q.again();
  EXPECT_FALSE(q.empty());
  EXPECT_FALSE(q.several());
}

}  // namespace
}  // namespace umbra::vcpu
