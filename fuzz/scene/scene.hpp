// Scenes: what guest memory holds before the first op. Guest page tables of every paging format lie side by side, with an
// identity window over low memory, so that a guest can rewrite its own tables by ordinary writes from any of them.
//
// Default memory (the world sets these slots up): guest frames 0 to 191 on backing pages 0 to 191, guest frames 0x100000
// to 0x10001f (at 4 GiB) on backing pages 192 to 223.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "fuzz/op.hpp"

namespace umbra::fuzz {

constexpr unsigned low_pages = 192, high_pages = 32, scene_pages = low_pages + high_pages;
constexpr std::uint64_t high_frame = 0x100000;

/// One 8-byte store that the image is made of.
struct store {
  std::uint64_t gpa;
  std::uint64_t value;
};

/// The contents of guest memory, computed once. Frames that are all zero are null; a world need only put back the words
/// or frames that an input changed.
class image {
 public:
  /// The 512 words of backing page 0 to scene_pages-1, or null if all are zero.
  const std::uint64_t* page(unsigned backing) const { return pages_[backing].empty() ? nullptr : pages_[backing].data(); }
  /// All words that are not zero, in the order of their addresses.
  std::span<const store> stores() const { return stores_; }
  /// The aligned word at a guest-physical address of the default layout; 0 in holes.
  std::uint64_t word_at(std::uint64_t gpa) const;

  /// Builds an image from stores (later ones win).
  explicit image(std::span<const store>);

 private:
  std::array<std::vector<std::uint64_t>, scene_pages> pages_;
  std::vector<store> stores_;
};

/// The image of a scene, 0 to scene_count-1. Built at first use, then shared.
const image& scene(unsigned number);

/// What CR3 holds at the start, for one of the two vCPUs. They have different roots that share tables.
std::uint64_t root_of(start, unsigned vcpu);

/// The backing page of a guest frame in the default layout, or scene_pages for a hole.
constexpr unsigned backing_of(std::uint64_t gfn) {
  if (gfn < low_pages) return static_cast<unsigned>(gfn);
  if (gfn - high_frame < high_pages) return static_cast<unsigned>(low_pages + (gfn - high_frame));
  return scene_pages;
}

}  // namespace umbra::fuzz
