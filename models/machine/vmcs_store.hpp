// The fields of one VMCS, by encoding (SDM appendix B).
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "core/x86/vmcs.hpp"

namespace umbra::machine {

class vmcs_store {
 public:
  /// As VMCLEAR leaves what software has not written: undefined (SDM 25.11.3). Nothing here is what a field should be,
  /// so that one that is forgotten is noticed.
  void clear() { fields_ = undefined; }
  void fill(std::uint64_t value) { fields_.fill(value); }

  /// Whether the architecture has such a field: full access only, and no index beyond those in the SDM's tables.
  static constexpr bool exists(x86::vmcs f) { return index_of(f) < kind_of(f).limit; }
  /// How many bits VMWRITE can set in a field; 0: there is no such field, or it is for the processor to write.
  static constexpr unsigned writable_bits(x86::vmcs f) { return exists(f) ? kind_of(f).writable : 0; }
  /// Fields that exist are numbered from 0.
  static constexpr unsigned number_of(x86::vmcs f) { return kind_of(f).first + index_of(f); }
  /// For fields that exist.
  std::uint64_t get(x86::vmcs f) const { return fields_[number_of(f)]; }
  void set(x86::vmcs f, std::uint64_t value) { fields_[number_of(f)] = value; }
  /// All of them, by number.
  const auto& values() const { return fields_; }

 private:
  /// Fields of one width and part: an encoding's bits 14:13 and 11:10. Bits 9:1 are the index, the others are 0.
  struct kind {
    std::uint8_t limit;     ///< indexes are below
    std::uint8_t writable;  ///< bits; 0: the processor writes these
    std::uint8_t first;     ///< place of index 0
  };
  static constexpr std::array<kind, 33> kinds = [] {
    constexpr unsigned limits[4][4] = {{3, 0, 10, 7}, {32, 1, 10, 4}, {18, 8, 24, 1}, {8, 6, 22, 14}};  // [width][part]
    std::array<kind, 33> all{};  // the last: encodings of more than 15 bits
    unsigned first = 0;
    for (std::uint32_t width = 0; width < 4; ++width) {
      for (std::uint32_t part = 0; part < 4; ++part) {
        const auto some = static_cast<x86::vmcs>(width << 13 | part << 10);
        const bool writable = x86::part_of(some) != x86::vmcs_part::information;
        all[width << 3 | part] = {static_cast<std::uint8_t>(limits[width][part]),
                                  static_cast<std::uint8_t>(writable ? x86::bits_of(some) : 0),
                                  static_cast<std::uint8_t>(first)};
        first += limits[width][part];
      }
    }
    all.back().first = static_cast<std::uint8_t>(first);
    return all;
  }();

  static constexpr const kind& kind_of(x86::vmcs f) {
    const std::uint32_t n = static_cast<std::uint32_t>(f) >> 10;
    return kinds[n < kinds.size() ? n : kinds.size() - 1];
  }
  /// Above all limits for an encoding of the high half of a field.
  static constexpr unsigned index_of(x86::vmcs f) { return std::rotr(static_cast<std::uint32_t>(f) & 0x3ff, 1); }

 public:
  static constexpr unsigned count = kinds.back().first;

 private:
  static constexpr std::array<std::uint64_t, count> undefined = [] {
    std::array<std::uint64_t, count> all{};
    for (std::uint32_t n = 0; n + 1 < kinds.size(); ++n) {
      const std::uint64_t value = 0xa5a5'a5a5'a5a5'a5a5 >> (64 - x86::bits_of(static_cast<x86::vmcs>(n << 10)));
      for (unsigned index = 0; index < kinds[n].limit; ++index) all[kinds[n].first + index] = value;
    }
    return all;
  }();

  std::array<std::uint64_t, count> fields_ = undefined;
};

}  // namespace umbra::machine
