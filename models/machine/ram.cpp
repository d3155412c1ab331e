#include "models/machine/ram.hpp"

#include <bit>
#include <utility>

namespace umbra::machine {

/// Memory is as in `base`, but for the lines in `kept`, which may hold anything.
void ram::rebase(const image* base, const lines& kept) {
  const image* old = std::exchange(base_, base);
  if (base == old) {
    // Only what was stored to since.
    for (std::size_t unit = 0; unit < touched_.frames.size(); ++unit) {
      for (std::uint64_t rest = touched_.frames[unit]; rest != 0; rest &= rest - 1) {
        const auto n = static_cast<unsigned>(unit * 64) + static_cast<unsigned>(std::countr_zero(rest));
        restore(n, touched_.of[n] & ~kept.of[n]);
      }
    }
    return;
  }
  // Each line that either one has, too.
  for (unsigned n = 0; n < guest_frames; ++n) {
    const std::uint64_t either = (old ? old->lines[n] : 0) | (base ? base->lines[n] : 0);
    restore(n, (touched_.of[n] | either) & ~kept.of[n]);
  }
}

void ram::reset(const image* base) {
  rebase(base, {});
  touched_ = {};
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
  to.base = base_;
  to.touched = touched_;
  to.contents.clear();
  for (unsigned n = 0; n < guest_frames; ++n) {
    if (touched_.of[n] != 0) to.contents.add(&bytes_[std::size_t{n} << 12], touched_.of[n]);
  }
  to.journal = journal_;
  to.pins = pins_;
  to.pins_out = pins_out_;
}

void ram::restore(const changes& from) {
  rebase(from.base, from.touched);
  touched_ = from.touched;
  from.contents.restore();
  journal_ = from.journal;
  pins_ = from.pins;
  pins_out_ = from.pins_out;
}

void ram::restore(const changes& from, const image* base) {
  reset(base);
  pins_ = from.pins;
  pins_out_ = from.pins_out;
}

std::unique_ptr<image> ram::capture() const {
  auto now = std::make_unique<image>();
  for (unsigned n = 0; n < guest_frames; ++n) now->lines[n] = touched_.of[n] | (base_ ? base_->lines[n] : 0);
  std::memcpy(now->bytes.data(), bytes_, now->bytes.size());
  return now;
}

}  // namespace umbra::machine
