// Guest memory while a scene is drawn: entries are set by frame and index.
#pragma once

#include <cstdint>
#include <vector>

#include "fuzz/scene/scene.hpp"

namespace umbra::fuzz {

class canvas {
 public:
  canvas() : words_(std::size_t{scene_pages} * 512) {}

  /// Entry `index` of a table with 64-bit entries: `target` is a frame.
  void set(std::uint64_t table, unsigned index, std::uint64_t target, std::uint64_t bits) {
    at(table, index) = target << 12 | bits;
  }
  /// The same for a table with 32-bit entries.
  void set32(std::uint64_t table, unsigned index, std::uint64_t target, std::uint64_t bits) {
    const unsigned shift = index % 2 * 32;
    std::uint64_t& word = at(table, index / 2);
    word = (word & ~(std::uint64_t{0xffff'ffff} << shift)) | ((target << 12 | bits) & 0xffff'ffff) << shift;
  }
  std::uint64_t& at(std::uint64_t frame, unsigned word) { return words_[std::size_t{backing_of(frame)} * 512 + word]; }

  image finish() const;

 private:
  std::vector<std::uint64_t> words_;
};

// The scenes, 64-bit and 32-bit tables apart.
void draw_rich64(canvas&);
void draw_rich32(canvas&);
void draw_sparse(canvas&);
void draw_dense(canvas&);

/// The identity windows over low memory, and (64-bit entries) over the frames at 4 GiB; `ad` are the accessed and dirty
/// bits that they start with. Tables are the supervisor's in three of four frames, data the user's in every second.
void draw_identity(canvas&, std::uint64_t ad);

}  // namespace umbra::fuzz
