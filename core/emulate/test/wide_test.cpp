// Arithmetic of twice a word's width, against the compiler's.
#include <gtest/gtest.h>

#include "core/emulate/shifts.hpp"
#include "core/emulate/wide.hpp"
#include "core/emulate/width.hpp"

namespace umbra::emulate {
namespace {

using u128 = unsigned __int128;
using s128 = __int128;

constexpr std::uint64_t numbers[] = {0,
                                     1,
                                     2,
                                     3,
                                     7,
                                     0x7fffffff,
                                     0x80000000,
                                     0xffffffff,
                                     0x100000000,
                                     0x123456789abcdef,
                                     ~0ull >> 1,
                                     1ull << 63,
                                     (1ull << 63) + 1,
                                     ~0ull - 1,
                                     ~0ull};

u128 joined(wide w) { return static_cast<u128>(w.high) << 64 | w.low; }

TEST(wide, products_are_exact) {
  for (const std::uint64_t a : numbers) {
    for (const std::uint64_t b : numbers) {
      EXPECT_TRUE(joined(multiply(a, b)) == static_cast<u128>(a) * b) << a << " * " << b;
      const s128 signed_product = static_cast<s128>(static_cast<std::int64_t>(a)) * static_cast<std::int64_t>(b);
      EXPECT_TRUE(joined(multiply_signed(a, b)) == static_cast<u128>(signed_product)) << a << " * " << b;
    }
  }
}

TEST(wide, quotients_are_exact_or_overflow) {
  for (const std::uint64_t high : numbers) {
    for (const std::uint64_t low : numbers) {
      for (const std::uint64_t by : numbers) {
        const u128 n = static_cast<u128>(high) << 64 | low;
        const quotient q = divide({high, low}, by);
        ASSERT_EQ(q.overflow, by == 0 || n / by > ~0ull) << high << " " << low << " / " << by;
        if (q.overflow) continue;
        EXPECT_TRUE(n / by == q.value && n % by == q.remainder) << high << " " << low << " / " << by;
      }
    }
  }
}

TEST(wide, signed_quotients_round_towards_zero_or_overflow) {
  for (const std::uint64_t high : numbers) {
    for (const std::uint64_t low : numbers) {
      for (const std::uint64_t divisor : numbers) {
        const s128 n = static_cast<s128>(static_cast<u128>(high) << 64 | low), by = static_cast<std::int64_t>(divisor);
        // The compiler cannot divide the smallest number by -1 either.
        const bool smallest = high == 1ull << 63 && low == 0;
        const quotient q = divide_signed({high, low}, divisor);
        if (by == 0 || (smallest && by == -1)) {
          EXPECT_TRUE(q.overflow);
          continue;
        }
        const s128 value = n / by;
        const bool fits = value >= INT64_MIN && value <= INT64_MAX;
        ASSERT_EQ(q.overflow, !fits) << high << " " << low << " / " << divisor;
        if (!fits) continue;
        EXPECT_TRUE(static_cast<std::int64_t>(q.value) == value && static_cast<std::int64_t>(q.remainder) == n % by);
      }
    }
  }
}

TEST(width, shifts_by_the_whole_width_give_zero) {
  EXPECT_EQ(shift_left(1, 63), 1ull << 63);
  EXPECT_EQ(shift_left(~0ull, 64), 0u);
  EXPECT_EQ(shift_right(~0ull, 64), 0u);
  EXPECT_EQ(shift_right(~0ull, ~0ull), 0u);
}

TEST(width, signs_are_extended_from_every_size) {
  EXPECT_EQ(sign_extend(0x80, 1), ~0ull - 0x7f);
  EXPECT_EQ(sign_extend(0x17f, 1), 0x7fu);
  EXPECT_EQ(sign_extend(0x8000, 2), ~0ull - 0x7fff);
  EXPECT_EQ(sign_extend(0x80000000, 4), ~0ull - 0x7fffffff);
  EXPECT_EQ(sign_extend(1ull << 63, 8), 1ull << 63);
}

/// A ring of `bits` and the carry turns back to where it was after bits + 1 steps.
TEST(shifts, rotating_through_carry_is_rotating_bit_by_bit) {
  for (const unsigned bytes : {1u, 2u, 4u, 8u}) {
    for (const std::uint64_t number : numbers) {
      const word a = truncate(number, bytes);
      for (const word carry : {word{0}, word{1}}) {
        word left = a, left_carry = carry, right = a, right_carry = carry;
        for (unsigned count = 1; count < (bytes == 8 ? 64u : 32u); ++count) {
          const word out_left = left >> (8 * bytes - 1) & 1, out_right = right & 1;
          left = truncate(left << 1 | left_carry, bytes);
          right = right >> 1 | right_carry << (8 * bytes - 1);
          left_carry = out_left;
          right_carry = out_right;
          const computed l = shift(shift_kind::rcl, a, count, carry, bytes),
                         r = shift(shift_kind::rcr, a, count, carry, bytes);
          ASSERT_EQ(l.value, left) << bytes << " bytes by " << count;
          ASSERT_EQ(l.status & x86::rflags::cf, left_carry);
          ASSERT_EQ(r.value, right) << bytes << " bytes by " << count;
          ASSERT_EQ(r.status & x86::rflags::cf, right_carry);
        }
      }
    }
  }
}

}  // namespace
}  // namespace umbra::emulate
