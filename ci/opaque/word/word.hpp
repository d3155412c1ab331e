// The integers of the production core, opaque build: classes that convert to no integer.
//
// Nothing runs with them. Core and models only have to compile: then no guest-controlled value is switched on, used as an
// index or narrowed by accident, and the symbolic build, whose classes are just as closed, can run the same sources.
#pragma once

#include <concepts>
#include <cstdint>

namespace umbra {

class flag {
 public:
  constexpr flag() = default;
  template <std::same_as<bool> B>
  constexpr flag(B value) : value_(value) {}  // implicit: a concrete truth value is a flag
  constexpr explicit operator bool() const { return value_; }
  friend constexpr flag operator!(flag a) { return !a.value_; }
  friend constexpr flag operator==(flag a, flag b) { return a.value_ == b.value_; }
  friend constexpr flag operator!=(flag a, flag b) { return a.value_ != b.value_; }

 private:
  bool value_ = false;
};

class word {
 public:
  constexpr word() = default;
  template <std::integral I>
    requires(!std::same_as<I, bool>)
  constexpr word(I value) : value_(static_cast<std::uint64_t>(value)) {}  // implicit: a constant is a word
  /// `if (entry & present)` is allowed: the symbolic build forks there.
  constexpr explicit operator bool() const { return value_ != 0; }

  friend constexpr word operator~(word a) { return ~a.value_; }
  friend constexpr word operator-(word a) { return std::uint64_t{0} - a.value_; }
  friend constexpr word operator+(word a, word b) { return a.value_ + b.value_; }
  friend constexpr word operator-(word a, word b) { return a.value_ - b.value_; }
  friend constexpr word operator*(word a, word b) { return a.value_ * b.value_; }
  friend constexpr word operator&(word a, word b) { return a.value_ & b.value_; }
  friend constexpr word operator|(word a, word b) { return a.value_ | b.value_; }
  friend constexpr word operator^(word a, word b) { return a.value_ ^ b.value_; }
  friend constexpr word operator<<(word a, word b) { return a.value_ << b.value_; }
  friend constexpr word operator>>(word a, word b) { return a.value_ >> b.value_; }
  constexpr word& operator+=(word b) { return *this = *this + b; }
  constexpr word& operator-=(word b) { return *this = *this - b; }
  constexpr word& operator&=(word b) { return *this = *this & b; }
  constexpr word& operator|=(word b) { return *this = *this | b; }
  constexpr word& operator^=(word b) { return *this = *this ^ b; }
  constexpr word& operator<<=(word b) { return *this = *this << b; }
  constexpr word& operator>>=(word b) { return *this = *this >> b; }
  friend constexpr flag operator==(word a, word b) { return a.value_ == b.value_; }
  friend constexpr flag operator!=(word a, word b) { return a.value_ != b.value_; }
  friend constexpr flag operator<(word a, word b) { return a.value_ < b.value_; }
  friend constexpr flag operator<=(word a, word b) { return a.value_ <= b.value_; }
  friend constexpr flag operator>(word a, word b) { return a.value_ > b.value_; }
  friend constexpr flag operator>=(word a, word b) { return a.value_ >= b.value_; }

 private:
  friend struct opened;
  std::uint64_t value_ = 0;
};

/// For the accessors of this folder only: what a word holds.
struct opened {
  static constexpr std::uint64_t value(word w) { return w.value_; }
};

template <class T>
constexpr T select(flag c, T a, T b) {
  return c ? a : b;
}

constexpr flag both(flag a, flag b) { return a && b; }
constexpr flag either(flag a, flag b) { return a || b; }
constexpr flag negate(flag a) { return !a; }
constexpr flag has(word value, std::uint64_t mask) { return (value & mask) != 0; }
constexpr flag has_all(word value, std::uint64_t mask) { return (value & mask) == mask; }
constexpr word when(flag c, std::uint64_t mask) { return c ? word{mask} : word{0}; }
constexpr word field(word value, unsigned low, unsigned count) {
  return (value >> low) & ((std::uint64_t{1} << count) - 1);
}

}  // namespace umbra
