#include "fuzz/emulator/generator.hpp"

#include "fuzz/emulator/artist.hpp"

namespace umbra::emucheck {

std::uint64_t boundary(fuzz::random& chance, unsigned bytes) {
  const unsigned bits = 8 * bytes;
  std::uint64_t value;
  switch (chance.below(8)) {
    case 0:
      value = chance.below(3);
      break;
    case 1:
      value = ~std::uint64_t{0} - chance.below(3);
      break;
    case 2:
      value = (std::uint64_t{1} << (bits - 1)) + chance.below(3) - 1;
      break;
    case 3:
      value = std::uint64_t{1} << chance.below(bits);
      break;
    case 4:
      value = chance.below(64);
      break;
    case 5:
      value = (std::uint64_t{1} << (bits / 2)) + chance.below(3) - 1;
      break;
    default:
      value = chance.next();
      break;
  }
  return cut(value, bytes);
}

specimen draw(const form& f, unsigned bits, unsigned operand_bytes, fuzz::random& chance) {
  return artist(f, bits, operand_bytes, chance).draw();
}

}  // namespace umbra::emucheck
