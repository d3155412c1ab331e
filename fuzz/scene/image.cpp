#include "fuzz/scene/canvas.hpp"
#include "fuzz/scene/layout.hpp"

namespace umbra::fuzz {
namespace {

image draw(unsigned number) {
  canvas c;
  if (number == 1) draw_rich64(c), draw_rich32(c);
  if (number == 2) draw_sparse(c);
  if (number == 3) draw_dense(c);
  return c.finish();
}

}  // namespace

image::image(std::span<const store> stores) {
  for (const store& s : stores) {
    std::vector<std::uint64_t>& page = pages_[backing_of(s.gpa >> 12)];
    if (page.empty()) page.resize(512);
    page[(s.gpa & 0xfff) / 8] = s.value;
  }
  for (unsigned backing = 0; backing < scene_pages; ++backing) {
    const std::uint64_t frame = backing < low_pages ? backing : high_frame + (backing - low_pages);
    for (unsigned n = 0; n < pages_[backing].size(); ++n) {
      if (pages_[backing][n] != 0) stores_.push_back({(frame << 12) + n * 8, pages_[backing][n]});
    }
  }
}

std::uint64_t image::word_at(std::uint64_t gpa) const {
  const unsigned backing = backing_of(gpa >> 12);
  if (backing == scene_pages || pages_[backing].empty()) return 0;
  return pages_[backing][(gpa & 0xfff) / 8];
}

image canvas::finish() const {
  std::vector<store> stores;
  for (unsigned backing = 0; backing < scene_pages; ++backing) {
    const std::uint64_t frame = backing < low_pages ? backing : high_frame + (backing - low_pages);
    for (unsigned n = 0; n < 512; ++n) {
      const std::uint64_t value = words_[std::size_t{backing} * 512 + n];
      if (value != 0) stores.push_back({(frame << 12) + n * 8, value});
    }
  }
  return image(stores);
}

const image& scene(unsigned number) {
  static const std::array<image, 4> scenes{draw(0), draw(1), draw(2), draw(3)};
  return scenes[number < scenes.size() ? number : 1];
}

std::uint64_t root_of(start mode, unsigned vcpu) {
  switch (mode) {
    case start::bits32:
      return (vcpu == 0 ? layout::pd32_a : layout::pd32_b) << 12;
    case start::pae:
      return (layout::pae_pdpts << 12) + vcpu % layout::pae_pdpt_count * 32;
    default:
      return (vcpu == 0 ? layout::pml4_a : layout::pml4_b) << 12;
  }
}

}  // namespace umbra::fuzz
