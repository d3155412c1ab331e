// The fields of one VMCS, by encoding (SDM appendix B).
#pragma once

#include <array>
#include <cstdint>

#include "core/x86/vmcs.hpp"

namespace umbra::machine {

class vmcs_store {
 public:
  void clear() { fields_ = {}; }

  /// Whether the architecture has such a field: full access only, and no index beyond those in the SDM's tables.
  static constexpr bool exists(x86::vmcs f) {
    constexpr unsigned limits[4][4] = {{3, 0, 10, 7}, {32, 1, 10, 4}, {18, 8, 24, 1}, {8, 6, 22, 14}};  // [width][part]
    const auto n = static_cast<std::uint32_t>(f);
    return n >> 15 == 0 && (n & 0x1001) == 0 && (n >> 1 & 0x1ff) < limits[n >> 13 & 3][n >> 10 & 3];
  }
  /// For fields that exist.
  std::uint64_t get(x86::vmcs f) const { return fields_[at(f)]; }
  void set(x86::vmcs f, std::uint64_t value) { fields_[at(f)] = value; }

 private:
  static constexpr unsigned at(x86::vmcs f) {
    const auto n = static_cast<std::uint32_t>(f);
    return (n >> 13 & 3) << 7 | (n >> 10 & 3) << 5 | (n >> 1 & 31);
  }

  std::array<std::uint64_t, 512> fields_{};
};

}  // namespace umbra::machine
