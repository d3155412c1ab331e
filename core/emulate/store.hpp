// What an instruction wants to change outside the vCPU. Nothing is performed before it is certain that all of it can
// be.
#pragma once

#include <array>

#include "core/mmu/mmu.hpp"
#include "core/platform/assert.hpp"

namespace umbra::emulate {

enum class store_kind : unsigned char {
  plain,     ///< `value.low` to memory, or to a device there
  exchange,  ///< the same, atomically, if memory still holds `expected.low`
  pair,      ///< 16 bytes, atomically
  port,
  items_in,   ///< the items of io::request to memory
  items_out,  ///< the items of io::request to a port
};

struct store {
  store_kind kind = store_kind::plain;
  unsigned bytes = 0;
  word address{};  ///< guest-physical, inside one page; or a port
  mmu::word_pair value{}, expected{};
  unsigned count = 0;  ///< of items
  bool down = false;   ///< items go to falling addresses
};

class store_list {
 public:
  /// Enough for ENTER with 31 levels, each across a page boundary.
  static constexpr unsigned limit = 66;

  void add(const store& s) {
    UMBRA_ASSERT(count_ < limit);
    stores_[count_++] = s;
  }
  void clear() { count_ = 0; }
  unsigned size() const { return count_; }
  const store& operator[](unsigned n) const { return stores_[n]; }

 private:
  std::array<store, limit> stores_{};
  unsigned count_ = 0;
};

}  // namespace umbra::emulate
