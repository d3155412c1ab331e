// Whether a leaf with certain rights lets through, on the hardware that umbra programs, no access that the guest's path
// denies. The answer is read off the reference model's permission rules (SDM 4.6), once for each combination, so that
// the CR0.WP=0 leaves (supervisor's, writable, not executable under SMEP, never under SMAP) need no rule of their own
// here.
#pragma once

#include <cstdint>

namespace umbra::invariants {

/// Rights as bits: of a path, a role, a leaf.
namespace right {
constexpr unsigned write = 1, user = 2, execute = 4, all = 7;
}

class permission_table {
 public:
  permission_table();

  /// `leaf` and `path` are rights; the modifiers are those of the guest. Hardware runs with CR0.WP=1 and the guest's
  /// SMEP and SMAP.
  bool grants_no_more(unsigned leaf, unsigned path, bool wp, bool smep, bool smap) const {
    return sound_[wp | smep << 1 | smap << 2][path] >> leaf & 1;
  }

 private:
  std::uint8_t sound_[8][8];  ///< [modifiers][path], one bit for each rights of a leaf
};

}  // namespace umbra::invariants
