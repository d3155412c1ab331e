// The integers of the production core, symbolic build: each stands for every value at once.
//
// As closed as those of ci/opaque: none converts to an integer. A branch on one explores both ways
// (models/smt/explorer.hpp); arithmetic on known values stays arithmetic.
#pragma once

#include <concepts>
#include <cstdint>

#include "models/smt/bits.hpp"

namespace umbra {

class flag {
 public:
  constexpr flag() = default;
  template <std::same_as<bool> B>
  constexpr flag(B value) : bits_{nullptr, value} {}  // implicit: a known truth value is a flag
  constexpr explicit flag(smt::bits b, int) : bits_(b) {}

  constexpr explicit operator bool() const { return bits_.symbol == nullptr ? bits_.known != 0 : smt::decide(bits_); }
  friend constexpr flag operator!(flag a) {
    if (a.bits_.symbol == nullptr) return a.bits_.known == 0;
    return flag(smt::negation(a.bits_), 0);
  }
  friend constexpr flag operator==(flag a, flag b) {
    if (both_known(a.bits_, b.bits_)) return a.bits_.known == b.bits_.known;
    return flag(smt::same(a.bits_, b.bits_), 0);
  }
  friend constexpr flag operator!=(flag a, flag b) { return !(a == b); }

  friend constexpr smt::bits raw(flag a) { return a.bits_; }

 private:
  smt::bits bits_{};
};

template <unsigned width>
class integer {
  static_assert(width == 8 || width == 16 || width == 32 || width == 64);

 public:
  constexpr integer() = default;
  template <std::integral I>
  requires(!std::same_as<I, bool>) constexpr integer(I value)  // implicit: a constant is a word
      : bits_{nullptr, static_cast<std::uint64_t>(value) & smt::mask_of(width)} {}
  constexpr explicit integer(smt::bits b, int) : bits_(b) {}

  constexpr explicit operator bool() const { return static_cast<bool>(*this != integer{}); }

  friend constexpr integer operator~(integer a) {
    if (a.bits_.symbol == nullptr) return integer{~a.bits_.known};
    return made(smt::complement(width, a.bits_));
  }
  friend constexpr integer operator-(integer a) { return integer{} - a; }
  friend constexpr integer operator+(integer a, integer b) {
    if (both_known(a.bits_, b.bits_)) return integer{a.bits_.known + b.bits_.known};
    return made(smt::sum(width, a.bits_, b.bits_));
  }
  friend constexpr integer operator-(integer a, integer b) {
    if (both_known(a.bits_, b.bits_)) return integer{a.bits_.known - b.bits_.known};
    return made(smt::difference(width, a.bits_, b.bits_));
  }
  friend constexpr integer operator*(integer a, integer b) {
    if (both_known(a.bits_, b.bits_)) return integer{a.bits_.known * b.bits_.known};
    return made(smt::product(width, a.bits_, b.bits_));
  }
  friend constexpr integer operator/(integer a, integer b) {
    if (both_known(a.bits_, b.bits_) && b.bits_.known != 0) return integer{a.bits_.known / b.bits_.known};
    return made(smt::quotient(width, a.bits_, b.bits_));
  }
  friend constexpr integer operator%(integer a, integer b) {
    if (both_known(a.bits_, b.bits_) && b.bits_.known != 0) return integer{a.bits_.known % b.bits_.known};
    return made(smt::remainder(width, a.bits_, b.bits_));
  }
  friend constexpr integer operator&(integer a, integer b) {
    if (both_known(a.bits_, b.bits_)) return integer{a.bits_.known & b.bits_.known};
    return made(smt::conjunction(width, a.bits_, b.bits_));
  }
  friend constexpr integer operator|(integer a, integer b) {
    if (both_known(a.bits_, b.bits_)) return integer{a.bits_.known | b.bits_.known};
    return made(smt::disjunction(width, a.bits_, b.bits_));
  }
  friend constexpr integer operator^(integer a, integer b) {
    if (both_known(a.bits_, b.bits_)) return integer{a.bits_.known ^ b.bits_.known};
    return made(smt::exclusive(width, a.bits_, b.bits_));
  }
  friend constexpr integer operator<<(integer a, integer b) {
    if (both_known(a.bits_, b.bits_) && b.bits_.known < width) return integer{a.bits_.known << b.bits_.known};
    return made(smt::shifted_left(width, a.bits_, b.bits_));
  }
  friend constexpr integer operator>>(integer a, integer b) {
    if (both_known(a.bits_, b.bits_) && b.bits_.known < width) return integer{a.bits_.known >> b.bits_.known};
    return made(smt::shifted_right(width, a.bits_, b.bits_));
  }
  constexpr integer& operator+=(integer b) { return *this = *this + b; }
  constexpr integer& operator-=(integer b) { return *this = *this - b; }
  constexpr integer& operator*=(integer b) { return *this = *this * b; }
  constexpr integer& operator&=(integer b) { return *this = *this & b; }
  constexpr integer& operator|=(integer b) { return *this = *this | b; }
  constexpr integer& operator^=(integer b) { return *this = *this ^ b; }
  constexpr integer& operator<<=(integer b) { return *this = *this << b; }
  constexpr integer& operator>>=(integer b) { return *this = *this >> b; }
  constexpr integer& operator++() { return *this = *this + integer{1}; }

  friend constexpr flag operator==(integer a, integer b) {
    if (both_known(a.bits_, b.bits_)) return a.bits_.known == b.bits_.known;
    return flag(smt::equal(width, a.bits_, b.bits_), 0);
  }
  friend constexpr flag operator<(integer a, integer b) {
    if (both_known(a.bits_, b.bits_)) return a.bits_.known < b.bits_.known;
    return flag(smt::below(width, a.bits_, b.bits_), 0);
  }
  friend constexpr flag operator!=(integer a, integer b) { return !(a == b); }
  friend constexpr flag operator<=(integer a, integer b) { return !(b < a); }
  friend constexpr flag operator>(integer a, integer b) { return b < a; }
  friend constexpr flag operator>=(integer a, integer b) { return !(a < b); }

  friend constexpr smt::bits raw(integer a) { return a.bits_; }

 private:
  static constexpr integer made(smt::bits b) { return integer(b, 0); }

  smt::bits bits_{};
};

using word = integer<64>;

/// The same value with more or fewer bits; new upper bits are 0.
template <unsigned to, unsigned from>
constexpr integer<to> resized(integer<from> a) {
  const smt::bits b = raw(a);
  if (b.symbol == nullptr) return integer<to>{b.known};
  return integer<to>(smt::resized(from, to, b), 0);
}

/// The same signed value with more bits.
template <unsigned to, unsigned from>
constexpr integer<to> sign_extended(integer<from> a) {
  static_assert(to >= from);
  return integer<to>(smt::sign_extended(from, to, raw(a)), 0);
}

constexpr flag select(flag c, flag a, flag b) {
  const smt::bits condition = raw(c);
  if (condition.symbol == nullptr) return condition.known != 0 ? a : b;
  return flag(smt::chosen(0, condition, raw(a), raw(b)), 0);
}

template <unsigned width>
constexpr integer<width> select(flag c, integer<width> a, integer<width> b) {
  const smt::bits condition = raw(c);
  if (condition.symbol == nullptr) return condition.known != 0 ? a : b;
  return integer<width>(smt::chosen(width, condition, raw(a), raw(b)), 0);
}

/// As the native build's template of one type: `select<word>(c, a, 0)`.
template <class T>
requires(std::same_as<T, word> || std::same_as<T, flag>) constexpr T select(flag c, T a, T b) {
  return select(c, a, b);
}

constexpr flag both(flag a, flag b) {
  if (both_known(raw(a), raw(b))) return raw(a).known != 0 && raw(b).known != 0;
  return flag(smt::all_of(raw(a), raw(b)), 0);
}
constexpr flag either(flag a, flag b) {
  if (both_known(raw(a), raw(b))) return raw(a).known != 0 || raw(b).known != 0;
  return flag(smt::any_of(raw(a), raw(b)), 0);
}
constexpr flag negate(flag a) { return !a; }
constexpr flag has(word value, std::uint64_t mask) { return (value & mask) != word{0}; }
constexpr flag has_all(word value, std::uint64_t mask) { return (value & mask) == word{mask}; }
constexpr word when(flag c, std::uint64_t mask) { return select(c, word{mask}, word{0}); }
constexpr word field(word value, unsigned low, unsigned count) {
  return (value >> low) & ((std::uint64_t{1} << count) - 1);
}

}  // namespace umbra
