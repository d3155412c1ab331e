// Every operator of the symbolic integers against the processor's own, at random and at the edges, in every mix of
// known and symbolic operands.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "models/smt/explorer.hpp"

namespace umbra::smt {
namespace {

std::mt19937_64& source() {
  static std::mt19937_64 s(20);
  return s;
}

std::uint64_t interesting() {
  static constexpr std::uint64_t edges[] = {0,
                                            1,
                                            2,
                                            7,
                                            8,
                                            31,
                                            63,
                                            64,
                                            0x7f,
                                            0x80,
                                            0xff,
                                            0x7fff,
                                            0x8000,
                                            0x7fff'ffff,
                                            0x8000'0000,
                                            0xffff'ffff,
                                            0x7fff'ffff'ffff'ffff,
                                            0x8000'0000'0000'0000,
                                            ~std::uint64_t{0}};
  const std::uint64_t r = source()();
  switch (r % 4) {
    case 0:
      return edges[r / 4 % std::size(edges)];
    case 1:
      return std::uint64_t{1} << (r / 4 % 64);
    case 2:
      return source()() >> (r / 4 % 64);
    default:
      return source()();
  }
}

/// How an operand is presented: known; a variable that is assumed to have the value; one of whose bits some are known.
enum class guise { known, symbol, masked };

template <unsigned width>
integer<width> dressed(path& p, std::uint64_t value, guise g) {
  value &= mask_of(width);
  if (g == guise::known) return integer<width>{value};
  integer<width> v = resized<width>(p.any_word("x"));
  if (g == guise::masked) {
    const std::uint64_t cleared = source()() & ~value, set = source()() & value;
    v = (v & integer<width>{~cleared}) | integer<width>{set};
  }
  p.assume(v == integer<width>{value});
  return v;
}

template <unsigned width, class Code, class Native>
void compare(const char* name, Code code, Native native, bool small_second = false, bool positive_second = false) {
  for (int round = 0; round < 16; ++round) {
    const std::uint64_t a = interesting() & mask_of(width);
    std::uint64_t b = interesting() & mask_of(width);
    if (small_second) b %= width;
    if (positive_second && b == 0) b = 1;
    const guise of_a = static_cast<guise>(round % 3), of_b = static_cast<guise>(round / 3 % 3);
    const std::mt19937_64 start = source();
    const exploration e = explore([&](path& p) {
      source() = start;
      const auto result = code(dressed<width>(p, a, of_a), dressed<width>(p, b, of_b));
      p.prove(result == decltype(result)(native(a, b)), name);
    });
    ASSERT_TRUE(e.sound()) << name << " of " << width << " bits: " << a << ", " << b << ": " << e.what;
    ASSERT_EQ(e.done.paths, 1u) << name;
    ASSERT_TRUE(e.done.seen.whole());
  }
}

template <unsigned width>
void compare_all() {
  using n = integer<width>;
  using u = std::uint64_t;
  const auto signed_of = [](u a) { return static_cast<std::int64_t>(a << (64 - width)) >> (64 - width); };
  compare<width>(
      "+", [](n a, n b) { return a + b; }, [](u a, u b) { return a + b; });
  compare<width>(
      "-", [](n a, n b) { return a - b; }, [](u a, u b) { return a - b; });
  compare<width>(
      "*", [](n a, n b) { return a * b; }, [](u a, u b) { return a * b; });
  compare<width>(
      "/", [](n a, n b) { return a / b; }, [](u a, u b) { return a / b; }, false, true);
  compare<width>(
      "%", [](n a, n b) { return a % b; }, [](u a, u b) { return a % b; }, false, true);
  compare<width>(
      "&", [](n a, n b) { return a & b; }, [](u a, u b) { return a & b; });
  compare<width>(
      "|", [](n a, n b) { return a | b; }, [](u a, u b) { return a | b; });
  compare<width>(
      "^", [](n a, n b) { return a ^ b; }, [](u a, u b) { return a ^ b; });
  compare<width>(
      "<<", [](n a, n b) { return a << b; }, [](u a, u b) { return a << b; }, true);
  compare<width>(
      ">>", [](n a, n b) { return a >> b; }, [](u a, u b) { return a >> b; }, true);
  compare<width>(
      "~", [](n a, n) { return ~a; }, [](u a, u) { return ~a; });
  compare<width>(
      "unary -", [](n a, n) { return -a; }, [](u a, u) { return u{0} - a; });
  compare<width>(
      "==", [](n a, n b) { return a == b; }, [](u a, u b) { return a == b; });
  compare<width>(
      "!=", [](n a, n b) { return a != b; }, [](u a, u b) { return a != b; });
  compare<width>(
      "<", [](n a, n b) { return a < b; }, [](u a, u b) { return a < b; });
  compare<width>(
      "<=", [](n a, n b) { return a <= b; }, [](u a, u b) { return a <= b; });
  compare<width>(
      ">", [](n a, n b) { return a > b; }, [](u a, u b) { return a > b; });
  compare<width>(
      ">=", [](n a, n b) { return a >= b; }, [](u a, u b) { return a >= b; });
  compare<width>(
      "select", [](n a, n b) { return select(a < b, a, b); }, [](u a, u b) { return a < b ? a : b; });
  compare<width>(
      "branch", [](n a, n b) { return a < b ? a + b : a - b; }, [](u a, u b) { return a < b ? a + b : a - b; });
  compare<width>(
      "truth", [](n a, n b) { return flag(static_cast<bool>(a)) == flag(static_cast<bool>(b)); },
      [](u a, u b) { return (a != 0) == (b != 0); });
  compare<width>(
      "cut to 8", [](n a, n) { return resized<8>(a); }, [](u a, u) { return a & 0xff; });
  compare<width>(
      "widened", [](n a, n) { return resized<64>(a); }, [](u a, u) { return a; });
  compare<width>(
      "sign-extended", [](n a, n) { return sign_extended<64>(a); },
      [&](u a, u) { return static_cast<u>(signed_of(a)); });
}

TEST(operators, of_8_bits) { compare_all<8>(); }
TEST(operators, of_16_bits) { compare_all<16>(); }
TEST(operators, of_32_bits) { compare_all<32>(); }
TEST(operators, of_64_bits) { compare_all<64>(); }

/// Not one value, but all of them at once: identities that hold for every input, and one that does not.
TEST(operators, hold_for_all_values_at_once) {
  const exploration e = explore([](path& p) {
    const word a = p.any_word("a"), b = p.any_word("b");
    p.prove(a + b - b == a, "subtraction undoes addition");
    p.prove((a & b) + (a | b) == a + b, "bits in common and bits in all add up to the sum");
    p.prove((a ^ b) == ((a | b) - (a & b)), "exclusive or");
    p.prove(field(a, 12, 9) == ((a >> 12) % word{512}), "a field is a remainder");
    p.prove(both(a < b, b < a) == flag(false), "nothing is below what is below it");
    p.prove((sign_extended<64>(resized<32>(a)) & word{0xffff'ffff}) == (a & word{0xffff'ffff}),
            "sign extension keeps the low half");
  });
  EXPECT_TRUE(e.sound()) << e.what;
  EXPECT_GE(e.done.discharged, 4u);
}

TEST(operators, that_are_misused_are_refuted) {
  const auto refuted = [](auto code) { return explore([&](path& p) { code(p.any_word("a"), p.any_word("b")); }).what; };
  EXPECT_EQ(refuted([](word a, word b) { return a << b; }), "a shift is shorter than the integer");
  EXPECT_EQ(refuted([](word a, word b) { return a >> b; }), "a shift is shorter than the integer");
  EXPECT_EQ(refuted([](word a, word b) { return a / b; }), "a divisor is not zero");
  EXPECT_EQ(refuted([](word a, word b) { return a % b; }), "a divisor is not zero");
  EXPECT_EQ(refuted([](word a, word b) { return a << (b & word{63}); }), "");
}

}  // namespace
}  // namespace umbra::smt
