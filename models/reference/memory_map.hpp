// The VMM's own account of guest-physical memory: which host frame stands behind each guest frame. Independent of
// core/memory.
#pragma once

#include <array>

#include <word/array.hpp>

namespace umbra::reference {

struct region {
  word base{};     ///< first guest frame
  word pages{};    ///< 0: unused
  word backing{};  ///< first host frame of a contiguous run
  bool read_only = false;
  bool logged = false;
  const std::uint64_t* frames = nullptr;  ///< each page's host frame, where they are no run

  word frame_at(word page) const { return frames == nullptr ? backing + page : word{at(frames, pages, page)}; }
};

struct alias_region {
  word base{};
  word pages{};
  word target{};
};

struct memory_map {
  static constexpr unsigned limit = 32;
  std::array<region, limit> slots{};
  std::array<alias_region, limit> aliases{};
  unsigned slot_count = limit;   ///< only `slots` below this are looked at: fewer makes find() faster
  unsigned alias_count = limit;  ///< likewise for `aliases`
  /// Makes the counts as small as what is in use allows. For whoever has changed something.
  void trim() {
    slot_count = alias_count = limit;
    while (slot_count > 0 && slots[slot_count - 1].pages == 0) --slot_count;
    while (alias_count > 0 && aliases[alias_count - 1].pages == 0) --alias_count;
  }

  struct answer {
    bool backed = false;
    bool read_only = false;
    word canonical{};  ///< guest frame after aliases are resolved
    word host_frame{};
    unsigned slot = 0;
  };
  /// What stands behind a guest frame. An alias is resolved first, once: its target is looked up among the slots only.
  /// Where two slots, or two aliases, cover a frame, the lower index counts. `canonical` is set for a hole as well.
  answer find(word guest_frame) const;
  /// The same for a frame number for which aliases have been resolved.
  answer find_canonical(word guest_frame) const;
};

}  // namespace umbra::reference
