// Where slots and aliases lie in guest-physical address space: the arithmetic of it, with nothing behind it.
#pragma once

#include <array>
#include <span>

#include "core/x86/address.hpp"

namespace umbra::memory {

/// A run of guest frames.
struct range {
  gfn base{};
  word pages{};  ///< 0: in no use
};

/// A second range of guest frames that shows another one's memory (PC firmware's shadow at 0xe0000, for one).
struct alias {
  gfn base{};
  word pages{};  ///< 0: in no use
  gfn target{};
};

enum class status : unsigned char {
  ok,
  bad_request,  ///< no such slot, or a range that is too long or beyond the widest physical address
  overlap,      ///< with another slot (or, for an alias, another alias)
  out_of_memory,
  no_backing,  ///< a page of the VMM's could not be pinned
};

/// A guest frame as one page of a slot.
struct position {
  bool found = false;  ///< false: a hole
  unsigned slot = 0;
  word page{};  ///< below the slot's length
};

class layout {
 public:
  static constexpr unsigned slot_limit = 32, alias_limit = 32;
  /// The longest slot or alias, pages.
  static constexpr std::uint64_t page_limit = std::uint64_t{1} << 20;

  constexpr layout(unsigned slots, unsigned aliases) : slot_count_(slots), alias_count_(aliases) {}

  /// The guest frame that an alias shows, or the frame itself.
  gfn canonical(gfn) const;
  /// The slot that holds a frame number for which aliases have been resolved.
  position locate(gfn canonical) const;

  /// Whether a slot may be there; no pages: whether there is one to delete. Changes nothing.
  status check(unsigned id, const range&) const;
  status check_alias(unsigned id, const alias&) const;

  void set_slot(unsigned id, const range& r) { slots_[id] = r; }
  void set_alias(unsigned id, const alias& a) { aliases_[id] = a; }
  const range& slot_at(unsigned id) const { return slots_[id]; }
  const alias& alias_at(unsigned id) const { return aliases_[id]; }
  unsigned slots() const { return slot_count_; }
  unsigned aliases() const { return alias_count_; }

 private:
  std::span<const range> used_slots() const { return std::span(slots_).first(slot_count_); }
  std::span<const alias> used_aliases() const { return std::span(aliases_).first(alias_count_); }

  unsigned slot_count_, alias_count_;
  std::array<range, slot_limit> slots_{};
  std::array<alias, alias_limit> aliases_{};
};

}  // namespace umbra::memory
