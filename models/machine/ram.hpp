// The host memory behind guest frames.
//
// Each store notes the cache line that it touched, so that a reset restores those lines only. What a reset restores is
// zeros, or an image captured earlier (a scene of guest tables, built once and used by many inputs).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "models/machine/journal.hpp"
#include "models/machine/layout.hpp"
#include "models/machine/saved_lines.hpp"

namespace umbra::machine {

/// Contents of all guest frames. `lines` has one bit for each 64-byte line of a frame that may differ from zero.
struct image {
  std::array<std::uint64_t, guest_frames> lines{};
  alignas(line_bytes) std::array<std::byte, std::size_t{guest_frames} * 4096> bytes{};
};

class ram {
  using pin_counts = std::array<std::uint16_t, guest_frames>;

  /// The 64-byte lines that were stored to.
  struct lines {
    std::array<std::uint64_t, guest_frames> of{};                  ///< of each frame
    std::array<std::uint64_t, (guest_frames + 63) / 64> frames{};  ///< that have any

    void add(std::size_t at) {
      const std::size_t n = at >> 12;
      of[n] |= std::uint64_t{1} << (at >> 6 & 63);
      frames[n / 64] |= std::uint64_t{1} << n % 64;
    }
    /// Calls `f(frame, lines)` for each frame that has any, in ascending order.
    template <class F>
    void for_each(F&& f) const {
      for (std::size_t unit = 0; unit < frames.size(); ++unit) {
        for (std::uint64_t rest = frames[unit]; rest != 0; rest &= rest - 1) {
          const auto n = static_cast<unsigned>(unit * 64) + static_cast<unsigned>(std::countr_zero(rest));
          f(n, of[n]);
        }
      }
    }
  };

 public:
  /// Forgets pins and all stores: memory is as in `base`, or zero. `base` must outlive its use as a base.
  void reset(const image* base = nullptr);
  /// What memory holds now.
  std::unique_ptr<image> capture() const;

  /// What has happened since the last reset: stores, their results, pins.
  class changes {
    friend ram;
    const image* base = nullptr;
    lines touched;
    saved_lines contents;                             ///< of those lines
    std::array<std::uint16_t, guest_frames> place{};  ///< of each frame in `contents`, if it is there
    std::uint64_t id = 0;                             ///< no other object of this memory has it
    umbra::machine::journal journal;
    pin_counts pins{};
    unsigned pins_out = 0;
  };
  void save(changes&) const;
  /// All is as it was. Where that was restored last, too, the cost depends on what has been stored to since.
  void restore(const changes&);
  /// The same over another base; of changes that hold no stores.
  void restore(const changes&, const image* base);

  /// Whether a run of bytes, inside one page, is guest memory at all.
  static bool contains(std::uint64_t hpa) { return (hpa >> 12) - first_guest_frame < guest_frames; }
  /// The address of guest frame `n`.
  static constexpr std::uint64_t address_of_frame(unsigned n) { return (first_guest_frame + n) << 12; }

  /// `bytes` (1 to 8) at `hpa`, zero-extended, at any alignment inside one page. The address must be contained.
  std::uint64_t load(std::uint64_t hpa, unsigned bytes) const {
    const std::byte* at = &bytes_[offset_of(hpa)];
    std::uint64_t value = 0;
    if (bytes == 8) {
      std::memcpy(&value, at, 8);
    } else if (bytes == 4) {
      std::memcpy(&value, at, 4);
    } else {
      std::memcpy(&value, at, bytes);
    }
    return value;
  }
  void store(std::uint64_t hpa, std::uint64_t value, unsigned bytes) {
    const std::size_t at = offset_of(hpa);
    touched_.add(at);
    touched_.add(at + bytes - 1);
    const std::uint64_t before = load(hpa, bytes);
    std::memcpy(&bytes_[at], &value, bytes);
    journal_.add({hpa, before, load(hpa, bytes), static_cast<std::uint8_t>(bytes), journal_.signer()});
  }
  /// Takes back all stores since the journal had `n` entries, and forgets them.
  void undo(std::size_t n) {
    for (std::size_t i = journal_.size(); i-- > n;) {
      const stored& s = journal_[i];
      const std::size_t at = offset_of(s.hpa);
      if (s.bytes == 0) continue;
      touched_.add(at);
      touched_.add(at + s.bytes - 1);
      std::memcpy(&bytes_[at], &s.before, s.bytes);
    }
    journal_.cut(n);
  }
  /// All stores since the last reset.
  umbra::machine::journal& journal() { return journal_; }
  const umbra::machine::journal& journal() const { return journal_; }
  /// The 4096 bytes of guest frame `n`, for readers.
  const std::byte* frame(unsigned n) const { return &bytes_[std::size_t{n} << 12]; }

  /// How often the core has pinned a frame and not unpinned it. The frame must be contained.
  unsigned pins(std::uint64_t hfn) const { return pins_[hfn - first_guest_frame]; }
  bool pinned(std::uint64_t hpa) const {
    const std::uint64_t n = (hpa >> 12) - first_guest_frame;
    return n < guest_frames && pins_[n] != 0;
  }
  void pin(std::uint64_t hfn) { ++pins_[hfn - first_guest_frame], ++pins_out_; }
  void unpin(std::uint64_t hfn) { --pins_[hfn - first_guest_frame], --pins_out_; }
  /// Pins not undone yet, over all frames.
  unsigned pins_out() const { return pins_out_; }

 private:
  static std::size_t offset_of(std::uint64_t hpa) { return hpa - (first_guest_frame << 12); }
  lines all_touched() const;
  void rebase(const image* base, const lines& kept);
  void restore_touched(const changes&);
  void restore(unsigned frame, std::uint64_t lines);

  struct alignas(line_bytes) storage {
    std::array<std::byte, std::size_t{guest_frames} * 4096> bytes{};
  };

  std::unique_ptr<storage> storage_ = std::make_unique<storage>();
  std::byte* bytes_ = storage_->bytes.data();
  lines settled_;                    ///< lines that are not as in the base: as they were restored last,
  lines touched_;                    ///< and those stored to since
  std::uint64_t restored_ = 0;       ///< what was
  mutable std::uint64_t saved_ = 0;  ///< objects
  pin_counts pins_{};
  unsigned pins_out_ = 0;
  umbra::machine::journal journal_;
  const image* base_ = nullptr;
};

}  // namespace umbra::machine
