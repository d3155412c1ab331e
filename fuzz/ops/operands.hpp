// How operands look in raw format 1. A first byte says which form follows: a compact one that random bytes mostly fall
// into, or the plain number. Writers take the shortest form that says exactly what is meant.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fuzz/op.hpp"

namespace umbra::fuzz::raw_v1 {

class reader {
 public:
  explicit reader(std::span<const std::uint8_t> bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  /// From version 2 on, what spells out who makes an access says more of it.
  void read_version() {
    const std::uint8_t said = byte();
    version_ = said == 2 || said == 3 ? said : 1;
  }
  unsigned version() const { return version_; }

  bool more() const { return at_ != end_; }
  /// The next byte; 0 after the last one.
  std::uint8_t byte() { return at_ != end_ ? *at_++ : std::uint8_t{0}; }
  /// A little-endian number of `bytes` bytes.
  std::uint64_t plain(unsigned bytes);

  /// A small number; what follows in compact form is taken modulo `modulus` (at most 224).
  std::uint64_t number(unsigned modulus = 224);
  /// One of sixteen usual values, or a number.
  template <class T>
  std::uint64_t choice(const std::array<T, 16>& usual) {
    const std::uint8_t form = byte();
    return form < 0xe0 ? usual[form & 15] : wide(form);
  }
  /// One of a list of at most 224, or a number.
  template <class Table>
  std::uint64_t listed(const Table& usual) {
    const std::uint8_t form = byte();
    return form < 0xe0 ? usual[form % usual.size()] : wide(form);
  }
  /// One of sixteen usual values, perhaps with one bit changed, or a number.
  std::uint64_t flipped_choice(const std::array<std::uint64_t, 16>& usual);
  /// A combination of some bits, perhaps with one further bit changed, or a number.
  std::uint64_t combination(std::span<const unsigned> bits);
  std::uint64_t gva();
  std::uint64_t gpa();
  /// What a write writes: an entry of a table, a byte, or a number.
  std::uint64_t value();
  /// Size of an access, and who makes it.
  void manner(op&);

 private:
  /// The plain number that a form byte of 0xe0 to 0xff announces.
  std::uint64_t wide(std::uint8_t form);

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  std::array<std::uint64_t, 16> recent_{};  ///< the last addresses, which a program may name again
  unsigned recent_count_ = 0;
  unsigned version_ = 1;
};

class writer {
 public:
  explicit writer(std::vector<std::uint8_t>& out) : out_(out) {}

  void byte(std::uint64_t b) { out_.push_back(static_cast<std::uint8_t>(b)); }
  void plain(std::uint64_t value, unsigned bytes);

  void number(std::uint64_t, unsigned modulus = 224);
  template <class T>
  void choice(const std::array<T, 16>& usual, std::uint64_t value) {
    for (unsigned n = 0; n < 16; ++n) {
      if (usual[n] == value) return byte(n);
    }
    wide(value);
  }
  template <class Table>
  void listed(const Table& usual, std::uint64_t value) {
    for (unsigned n = 0; n < usual.size(); ++n) {
      if (usual[n] == value) return byte(n);
    }
    wide(value);
  }
  void flipped_choice(const std::array<std::uint64_t, 16>& usual, std::uint64_t value);
  void combination(std::span<const unsigned> bits, std::uint64_t value);
  void gva(std::uint64_t);
  void gpa(std::uint64_t);
  void value(std::uint64_t);
  void manner(const op&);

 private:
  void wide(std::uint64_t);
  bool entry(std::uint64_t value);
  bool entry32(std::uint64_t value);

  std::vector<std::uint8_t>& out_;
};

}  // namespace umbra::fuzz::raw_v1
