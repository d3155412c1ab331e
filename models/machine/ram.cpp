#include "models/machine/ram.hpp"

namespace umbra::machine {

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
    if (touched_[n] != 0) to.contents.add(&bytes_[std::size_t{n} << 12], touched_[n]);
  }
  to.journal = journal_;
  to.pins = pins_;
  to.pins_out = pins_out_;
}

void ram::restore(const changes& from) {
  reset(from.base);
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
  for (unsigned n = 0; n < guest_frames; ++n) now->lines[n] = touched_[n] | (base_ ? base_->lines[n] : 0);
  std::memcpy(now->bytes.data(), bytes_, now->bytes.size());
  return now;
}

}  // namespace umbra::machine
