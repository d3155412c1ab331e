#include "models/machine/ram.hpp"

#include <utility>

namespace umbra::machine {

ram::lines ram::all_touched() const {
  lines all = settled_;
  touched_.for_each([&](unsigned n, std::uint64_t lines) { all.of[n] |= lines; });
  for (std::size_t unit = 0; unit < all.frames.size(); ++unit) all.frames[unit] |= touched_.frames[unit];
  return all;
}

/// Memory is as in `base`, but for the lines in `kept`, which may hold anything.
void ram::rebase(const image* base, const lines& kept) {
  const image* old = std::exchange(base_, base);
  const lines touched = all_touched();
  if (base == old) {
    // Only what was stored to since.
    touched.for_each([&](unsigned n, std::uint64_t lines) { restore(n, lines & ~kept.of[n]); });
    return;
  }
  // Each line that either one has, too.
  for (unsigned n = 0; n < guest_frames; ++n) {
    const std::uint64_t either = (old ? old->lines[n] : 0) | (base ? base->lines[n] : 0);
    restore(n, (touched.of[n] | either) & ~kept.of[n]);
  }
}

void ram::reset(const image* base) {
  rebase(base, {});
  settled_ = {};
  touched_ = {};
  restored_ = 0;
  journal_.clear();
  pins_ = {};
  pins_out_ = 0;
}

void ram::restore(unsigned frame, std::uint64_t lines) {
  const std::size_t at = std::size_t{frame} << 12;
  if (base_) {
    copy_lines(&bytes_[at], &base_->bytes[at], lines);
  } else {
    clear_lines(&bytes_[at], lines);
  }
}

void ram::save(changes& to) const {
  to.id = ++saved_;
  to.base = base_;
  to.touched = all_touched();
  to.contents.clear();
  to.touched.for_each([&](unsigned n, std::uint64_t lines) {
    to.place[n] = static_cast<std::uint16_t>(to.contents.size());
    to.contents.add(&bytes_[std::size_t{n} << 12], lines);
  });
  to.journal = journal_;
  to.pins = pins_;
  to.pins_out = pins_out_;
}

void ram::restore(const changes& from) {
  if (from.id == restored_) {
    restore_touched(from);
  } else {
    rebase(from.base, from.touched);
    from.contents.restore();
    settled_ = from.touched;
    touched_ = {};
    restored_ = from.id;
  }
  journal_ = from.journal;
  pins_ = from.pins;
  pins_out_ = from.pins_out;
}

/// What was not stored to since is there still.
void ram::restore_touched(const changes& from) {
  touched_.for_each([&](unsigned n, std::uint64_t lines) {
    if (from.touched.of[n] != 0) lines = from.contents.restore(from.place[n], lines);
    restore(n, lines);
    touched_.of[n] = 0;
  });
  touched_.frames = {};
}

void ram::restore(const changes& from, const image* base) {
  reset(base);
  pins_ = from.pins;
  pins_out_ = from.pins_out;
}

std::unique_ptr<image> ram::capture() const {
  auto now = std::make_unique<image>();
  now->lines = all_touched().of;
  for (unsigned n = 0; n < guest_frames && base_; ++n) now->lines[n] |= base_->lines[n];
  std::memcpy(now->bytes.data(), bytes_, now->bytes.size());
  return now;
}

}  // namespace umbra::machine
