// What the checkers look at: the MMU's raw state, and everything that it is judged by. All of the latter comes from
// outside the core: the VMM's own memory map, the guest's registers as the reference model computes them, raw guest
// memory.
#pragma once

#include <cstddef>
#include <span>

#include "core/mmu/view.hpp"
#include "models/reference/memory_map.hpp"
#include "models/reference/registers.hpp"

namespace umbra::invariants {

/// Raw guest memory. `page` gives the 4096 bytes of a host frame that the memory map names; it must have no side effect
/// (races that are armed for the core's own reads do not fire here).
struct guest_pages {
  const std::byte* (*page)(const void* context, word host_frame) = nullptr;
  const void* context = nullptr;
};

/// Which shadow entries may disagree with the guest's tables for now: those that reflect a guest entry which the VMM or
/// a device overwrote behind the core's back. Asked only about entries that do disagree. Null: none.
struct suspension {
  bool (*suspended)(const void* context, unsigned page, unsigned index) = nullptr;
  const void* context = nullptr;

  bool covers(unsigned page, unsigned index) const { return suspended != nullptr && suspended(context, page, index); }
};

/// Which 64-byte lines of a shadow table may hold something other than zeros, one bit each, by the word of somebody who
/// sees every store to it; not the core's. Null: all may.
struct used_lines {
  std::uint64_t (*lines)(const void* context, const table&) = nullptr;
  const void* context = nullptr;

  std::uint64_t of(const table& t) const { return lines == nullptr ? ~std::uint64_t{0} : lines(context, t); }
};

/// The pages of one slot that were written since its log was last read: one bit a page. The log must have them all
/// (I4). Null: nothing is known to have been written.
using written_pages = const std::uint64_t*;

struct subject {
  mmu::view view;
  const reference::memory_map& map;                 ///< `logged` says which slots' logs run
  std::span<const reference::registers> registers;  ///< of each vCPU, by its id
  guest_pages guest;
  suspension suspended{};
  std::span<const written_pages> written{};  ///< by slot; shorter: nothing is known of the rest
  used_lines used{};
};

}  // namespace umbra::invariants
