#include "fuzz/world/images.hpp"

#include <array>
#include <memory>

#include "fuzz/ops/program.hpp"
#include "fuzz/scene/scene.hpp"

namespace umbra::fuzz {

const machine::image* image_of(unsigned number) {
  static std::array<std::unique_ptr<const machine::image>, scene_count> known;
  if (number == 0 || number >= scene_count) return nullptr;
  if (!known[number]) {
    const auto memory = std::make_unique<machine::ram>();
    for (const store& s : scene(number).stores()) {
      memory->store(machine::ram::address_of_frame(backing_of(s.gpa >> 12)) | (s.gpa & 0xfff), s.value, 8);
    }
    known[number] = memory->capture();
  }
  return known[number].get();
}

}  // namespace umbra::fuzz
