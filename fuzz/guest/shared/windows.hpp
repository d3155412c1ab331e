// Which indices the tested addresses use at the lower levels. They are few, so that every frame that a large page can
// lead to is known and can be tagged; they change every `scenes_in_epoch` scenes, so that over time all occur.
#pragma once

#include "fuzz/guest/shared/layout.hpp"
#include "fuzz/guest/shared/random.hpp"
#include "fuzz/guest/shared/scene.hpp"

namespace umbra::opguest {

constexpr unsigned scenes_in_epoch = 512;

struct windows {
  static constexpr unsigned size = 16;
  std::uint16_t directory[size];  ///< 9 bits: page directories of 8-byte entries
  std::uint16_t wide[size];       ///< 9 bits: page tables of 8-byte entries
  std::uint16_t narrow[size];     ///< 10 bits: page tables of 4-byte entries
};

/// The directory index under which the trampoline is mapped: not for tests.
constexpr unsigned wide_image_index = layout::image >> 21, narrow_image_index = layout::image >> 22;

/// First and last entries always, the rest at random.
inline windows draw_windows(std::uint64_t seed, std::uint32_t epoch) {
  random chance{seed, 0x8000'0000'0000'0000 | epoch};
  windows w{{0, 1, 255, 256, 510, 511}, {0, 1, 255, 256, 510, 511}, {0, 1, 511, 512, 1022, 1023}};
  for (unsigned i = 6; i < windows::size; ++i) {
    w.directory[i] = static_cast<std::uint16_t>(wide_image_index + 1 + chance.below(511 - wide_image_index));
    w.wide[i] = static_cast<std::uint16_t>(chance.below(512));
    w.narrow[i] = static_cast<std::uint16_t>(chance.below(1024));
  }
  return w;
}

/// Calls `visit` with the address of every data frame that the scenes of this epoch can reach.
template <class Visitor>
void for_each_data_frame(const environment& machine, const windows& w, Visitor&& visit) {
  const auto region = [&](std::uint64_t base) {
    for (unsigned i = 0; i < windows::size; ++i) {
      visit(base + (std::uint64_t{w.wide[i]} << 12));
      visit(base + layout::region_size / 2 + (std::uint64_t{w.wide[i]} << 12));
      visit(base + (std::uint64_t{w.narrow[i]} << 12));
    }
  };
  for (const std::uint64_t base : layout::low_regions) region(base);
  if (!machine.far_memory) return;
  for (const std::uint64_t base : layout::far_regions) region(base);
  for (const std::uint64_t base : layout::giant_bases)
    for (const std::uint64_t directory : w.directory)
      for (const std::uint64_t index : w.wide) visit(base + (directory << 21) + (index << 12));
}

}  // namespace umbra::opguest
