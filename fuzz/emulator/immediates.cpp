// Immediate operands and relative targets.

#include "fuzz/emulator/artist.hpp"
#include "fuzz/emulator/generator.hpp"

namespace umbra::emucheck {

using namespace emulate;

void artist::draw_immediates() {
  std::vector<std::uint8_t>& t = p_.tail;
  const unsigned z = v_ == 2 ? 2 : 4;
  for (const encoding e : f_.what->operands) {
    switch (e) {
      case encoding::Ib:
        append(t, immediate_byte(), 1);
        break;
      case encoding::Iw:
        append(t, is(family::stack) ? chance_.below(0x80) : boundary(chance_, 2) & 0x7fff, 2);
        break;
      case encoding::Iz:
        append(t, boundary(chance_, z), z);
        break;
      case encoding::Iv:
        append(t, boundary(chance_, v_), v_);
        break;
      case encoding::sIb:
        append(t, boundary(chance_, 1), 1);
        break;
      case encoding::Jb:
        append(t, boundary(chance_, 1), 1);
        break;
      case encoding::Jz:
        append(t, displacement(), z);
        break;
      default:
        break;
    }
  }
}

std::uint64_t artist::immediate_byte() {
  if (is(family::stack)) return level_ | (chance_.one_in(8) ? 0xe0 : 0);
  if (is(family::decimal)) return chance_.one_in(2) ? 10 : boundary(chance_, 1);
  return boundary(chance_, 1);
}

std::uint64_t artist::displacement() { return code_spot() - s_.code_at(); }

}  // namespace umbra::emucheck
