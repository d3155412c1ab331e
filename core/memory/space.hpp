// The guest-physical address space of one VM.
#pragma once

#include <array>

#include "core/memory/frame_pool.hpp"
#include "core/memory/layout.hpp"
#include "core/memory/slot.hpp"
#include "core/platform/platform.hpp"

namespace umbra::memory {

/// What backs a guest frame. `backing` is null in a hole.
struct lookup {
  frame* backing = nullptr;
  flag read_only = false;
  gfn canonical{};  ///< the frame number after aliases are resolved
};

class space {
 public:
  static constexpr unsigned slot_limit = layout::slot_limit, alias_limit = layout::alias_limit;
  static constexpr std::uint64_t page_limit = layout::page_limit;

  explicit space(platform::host& h, unsigned slots = 4, unsigned aliases = 4)
      : host_(h), frames_(h), layout_(slots, aliases) {}
  ~space();
  space(const space&) = delete;
  space& operator=(const space&) = delete;

  /// The guest frame that an alias shows, or the frame itself.
  gfn canonical(gfn) const;
  /// Slot and alias lookup of one guest frame.
  lookup find(gfn) const;
  /// Slot lookup of a frame number for which aliases have been resolved: an alias is resolved once, never twice.
  lookup find_canonical(gfn) const;
  /// The frame record of a host frame, or null if no slot uses it.
  frame* frame_at(hfn number) const { return frames_.find(number); }

  /// The records themselves, to count them.
  const frame_pool& frames() const { return frames_; }

  // Editing a slot takes three steps, so that what can fail or sleep stays outside the MMU lock: prepare() before it,
  // exchange() under it, dispose() after it. One caller at a time edits; faults may go on meanwhile.

  /// Checks a request, and changes nothing.
  status check(unsigned id, const slot_request& r) const { return layout_.check(id, {r.base, word{r.pages}}); }
  /// Allocates and pins what a request needs. On failure nothing is kept.
  status prepare(const slot_request&, slot& out);
  /// Swaps a prepared (or empty) slot, now at `base`, with the one in use. No leaf or shadow page may depend on the old
  /// one any more.
  void exchange(unsigned id, gfn base, slot&);
  /// Frees what a slot holds that is not in use.
  void dispose(slot&);

  status check_alias(unsigned id, const alias& a) const { return layout_.check_alias(id, a); }
  void set_alias(unsigned id, const alias& a) { layout_.set_alias(id, a); }

  /// A clean log for a slot of `pages`, or null. Not under the MMU lock; release_log() gives it back.
  std::uint64_t* allocate_log(std::uint64_t pages);
  void release_log(std::uint64_t*, std::uint64_t pages);
  /// Puts another log (null: none) in place of the slot's, and returns the old one.
  std::uint64_t* exchange_log(unsigned id, std::uint64_t* log);
  /// Copies the slot's log to `out` and cleans it.
  void take_log(unsigned id, std::uint64_t* out);

  /// Records a write to a frame in the log of every slot that shows it.
  void mark_dirty(const frame&);
  /// Whether a write to the frame still has to be logged somewhere.
  bool needs_dirty(const frame&) const;

  const slot& slot_at(unsigned id) const { return slots_[id]; }
  /// Where slots and aliases lie.
  const memory::layout& layout() const { return layout_; }
  unsigned slots() const { return layout_.slots(); }
  unsigned aliases() const { return layout_.aliases(); }
  platform::host& host() const { return host_; }

 private:
  platform::host& host_;
  frame_pool frames_;
  memory::layout layout_;
  std::array<slot, slot_limit> slots_{};
};

/// Words that a log of `pages` takes.
constexpr std::uint64_t log_words(std::uint64_t pages) { return (pages + 63) / 64; }

}  // namespace umbra::memory
