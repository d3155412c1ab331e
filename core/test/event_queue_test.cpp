// What a vCPU is given when exceptions come up one on top of the other (SDM table 6-5).
#include "core/vcpu/event_queue.hpp"

#include <gtest/gtest.h>

namespace umbra::vcpu {
namespace {

/// SDM table 6-1.
namespace vector {
constexpr std::uint8_t divide = 0, debug = 1, double_fault = 8, invalid_tss = 10, not_present = 11, stack = 12,
                       general_protection = 13, page_fault = 14, alignment = 17, machine_check = 18,
                       control_protection = 21;
}

constexpr std::uint8_t contributory[] = {vector::divide, vector::invalid_tss,        vector::not_present,
                                         vector::stack,  vector::general_protection, vector::control_protection};
constexpr std::uint8_t benign[] = {vector::debug, 3, 4, 5, 6, 7, 16, vector::alignment, vector::machine_check, 19};

/// What comes of `second` while `first` was being delivered: a vector, or -1 for a shutdown.
int combined(const event& first, const event& second) {
  event_queue q;
  q.again(first);
  if (!q.raise(second)) return -1;
  EXPECT_TRUE(q.pending());
  return static_cast<int>(q.next().vector);
}
int combined(std::uint8_t first, std::uint8_t second) {
  return combined(event::exception(x86::exception{first}, 1), event::exception(x86::exception{second}, 2));
}

TEST(event_queue, an_exception_alone_is_delivered_as_it_is) {
  event_queue q;
  EXPECT_FALSE(q.pending());
  ASSERT_TRUE(q.raise(event::exception(x86::exception::page_fault, 7)));
  EXPECT_TRUE(q.pending());
  EXPECT_EQ(q.next().packed(), 0x8000'0b0eu);
  EXPECT_EQ(q.next().error_code, 7u);
  q.clear();
  EXPECT_FALSE(q.pending());
}

TEST(event_queue, an_exception_of_real_mode_has_its_error_code_in_protected_mode) {
  const event e = event::exception(x86::exception::protection).in_protected_mode();
  EXPECT_TRUE(e.deliverable());
  EXPECT_EQ(e.error_code, 0u);
  const event other = event::exception(x86::exception::undefined).in_protected_mode();
  EXPECT_TRUE(other.deliverable());
  const event coded = event::exception(x86::exception::page_fault, word{5}).in_protected_mode();
  EXPECT_EQ(coded.error_code, 5u);
}

TEST(event_queue, contributory_exceptions_add_up_to_a_double_fault) {
  for (const auto first : contributory) {
    for (const auto second : contributory) EXPECT_EQ(combined(first, second), vector::double_fault);
    EXPECT_EQ(combined(first, vector::page_fault), vector::page_fault);
    for (const auto second : benign) EXPECT_EQ(combined(first, second), second);
  }
}

TEST(event_queue, so_does_what_a_page_fault_meets) {
  for (const auto second : contributory) EXPECT_EQ(combined(vector::page_fault, second), vector::double_fault);
  EXPECT_EQ(combined(vector::page_fault, vector::page_fault), vector::double_fault);
  for (const auto second : benign) EXPECT_EQ(combined(vector::page_fault, second), second);
}

TEST(event_queue, a_benign_exception_meets_another_one_by_one) {
  for (const auto first : benign) {
    for (const auto second : contributory) EXPECT_EQ(combined(first, second), second);
    EXPECT_EQ(combined(first, vector::page_fault), vector::page_fault);
  }
}

TEST(event_queue, a_double_fault_that_cannot_be_delivered_is_the_end) {
  for (const auto second : contributory) EXPECT_EQ(combined(vector::double_fault, second), -1);
  EXPECT_EQ(combined(vector::double_fault, vector::page_fault), -1);
  for (const auto second : benign) EXPECT_EQ(combined(vector::double_fault, second), second);
}

TEST(event_queue, a_double_fault_has_an_error_code_of_zero) {
  event_queue q;
  q.again(event::exception(x86::exception::page_fault, 7));
  ASSERT_TRUE(q.raise(event::exception(x86::exception::page_fault, 3)));
  EXPECT_EQ(q.next().packed(), 0x8000'0b08u);
  EXPECT_EQ(q.next().error_code, 0u);
}

TEST(event_queue, an_interrupt_of_software_is_no_exception_whatever_its_vector) {
  event int_13 = event::exception(x86::exception::protection);
  int_13.type = static_cast<std::uint64_t>(x86::event_type::software_interrupt);
  EXPECT_EQ(combined(int_13, event::exception(x86::exception::protection, 0)), vector::general_protection);
  EXPECT_EQ(combined(int_13, event::exception(x86::exception::page_fault, 0)), vector::page_fault);
}

TEST(event_queue, an_event_is_packed_and_unpacked_without_loss) {
  const event e = event::unpacked(0x8000'0c80, 5, 2);
  EXPECT_EQ(e.vector, 0x80u);
  EXPECT_EQ(e.type, static_cast<std::uint64_t>(x86::event_type::software_interrupt));
  EXPECT_TRUE(e.has_error_code);
  EXPECT_EQ(e.error_code, 5u);
  EXPECT_EQ(e.instruction_length, 2u);
  EXPECT_EQ(e.packed(), 0x8000'0c80u);
}

}  // namespace
}  // namespace umbra::vcpu
