// Guest-physical memory as the reference model reads it: the VMM's memory map over the machine's RAM, past the core.
#pragma once

#include "models/machine/machine.hpp"
#include "models/reference/memory_map.hpp"

namespace umbra::fuzz {

class guest_view {
 public:
  guest_view(const reference::memory_map& map, const machine::ram& memory) : map_(&map), memory_(&memory) {}

  bool backed(word gpa) const { return find(gpa).backed; }
  word read(word gpa, unsigned bytes) const { return memory_->load(host_of(gpa), bytes); }

  /// The host-physical address behind a guest-physical one; 0 in a hole.
  std::uint64_t host_of(word gpa) const {
    const auto& found = find(gpa);
    return found.backed ? (found.host_frame << 12 | (gpa & 0xfff)) : 0;
  }
  /// Most frames are asked for twice in a row: whether they are there, and what they hold.
  const reference::memory_map::answer& find(word gpa) const {
    const word frame = gpa >> 12;
    if (frame != frame_) {
      frame_ = frame;
      found_ = map_->find(frame);
    }
    return found_;
  }
  const machine::ram& memory() const { return *memory_; }

 private:
  const reference::memory_map* map_;
  const machine::ram* memory_;
  mutable word frame_ = ~word{0};  ///< the last that was asked for; no frame has this number
  mutable reference::memory_map::answer found_{};
};

}  // namespace umbra::fuzz
