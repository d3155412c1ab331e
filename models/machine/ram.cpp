#include "models/machine/ram.hpp"

#include <bit>

namespace umbra::machine {

ram::ram() : bytes_(std::make_unique<std::byte[]>(std::size_t{guest_frames} * 4096)) {}

void ram::reset(const image* base) {
  // With another base, each line that either one has must be restored; with the same, only what was stored to since.
  const image* old = base_;
  base_ = base;
  for (unsigned n = 0; n < guest_frames; ++n) {
    std::uint64_t lines = touched_[n];
    if (base != old) lines |= (old ? old->lines[n] : 0) | (base ? base->lines[n] : 0);
    if (lines != 0) restore(n, lines);
  }
  touched_ = {};
  journal_.clear();
  pins_ = {};
  pins_out_ = 0;
}

void ram::restore(unsigned frame, std::uint64_t lines) {
  for (; lines != 0; lines &= lines - 1) {
    const std::size_t at = (std::size_t{frame} << 12) + 64 * static_cast<std::size_t>(std::countr_zero(lines));
    if (base_) {
      std::memcpy(&bytes_[at], &base_->bytes[at], 64);
    } else {
      std::memset(&bytes_[at], 0, 64);
    }
  }
}

std::unique_ptr<image> ram::capture() const {
  auto now = std::make_unique<image>();
  for (unsigned n = 0; n < guest_frames; ++n) now->lines[n] = touched_[n] | (base_ ? base_->lines[n] : 0);
  std::memcpy(now->bytes.data(), bytes_.get(), now->bytes.size());
  return now;
}

}  // namespace umbra::machine
