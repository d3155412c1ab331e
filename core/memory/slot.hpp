// A run of guest frames backed by pages of the VMM, and its log of written pages.
#pragma once

#include <cstdint>

#include "core/memory/frame.hpp"

namespace umbra::memory {

struct slot;

/// One page of a slot: links the frame behind it with the slot, both ways.
struct place {
  hfn pinned{};
  frame* backing = nullptr;
  place* next_on_frame = nullptr;
  slot* owner = nullptr;
};

/// What the VMM asks for; the units are pages.
struct slot_request {
  gfn base{};
  std::uint64_t pages = 0;  ///< 0 deletes the slot
  word userspace_page{};    ///< the first backing page, as pin() names it
  bool read_only = false;   ///< guest writes leave to userspace
  bool log_dirty = false;
};

/// What stands behind a slot; where it lies is the layout's to know.
struct slot {
  std::uint64_t pages = 0;  ///< 0: the slot is not in use
  word userspace_page{};
  bool read_only = false;
  place* places = nullptr;
  std::uint64_t* dirty = nullptr;  ///< one bit a page while the slot is logged, else null
};

}  // namespace umbra::memory
