#include "fuzz/world/real_mode_code.hpp"

namespace umbra::fuzz {

namespace {

constexpr std::uint64_t operand_size = 0x66;

code one(std::uint64_t opcode) { return {1, opcode}; }
code two(std::uint64_t opcode) { return {2, 0x0f | opcode << 8}; }
/// A register's number in ModRM.reg, and EAX in ModRM.rm.
code with_number(std::uint64_t opcode, unsigned number) {
  constexpr std::uint64_t of_registers = 0xc0;
  return {3, 0x0f | opcode << 8 | (of_registers | (number & 7) << 3) << 16};
}
code port(std::uint64_t of_bytes, unsigned size) {
  if (size < 2) return one(of_bytes);
  if (size < 4) return one(of_bytes + 1);
  return {2, operand_size | (of_bytes + 1) << 8};
}
code group_0f01(std::uint64_t modrm) { return {3, 0x0f | std::uint64_t{0x01} << 8 | modrm << 16}; }

}  // namespace

std::optional<code> real_mode_code(const op& o) {
  switch (static_cast<instruction>(o.index)) {
    case instruction::mov_to_cr:
      return with_number(0x22, o.count);
    case instruction::mov_from_cr:
      return with_number(0x20, o.count);
    case instruction::mov_to_dr:
      return with_number(0x23, o.count);
    case instruction::mov_from_dr:
      return with_number(0x21, o.count);
    case instruction::clts:
      return two(0x06);
    case instruction::lmsw:
      return group_0f01(0xf0);
    case instruction::rdmsr:
      return two(0x32);
    case instruction::wrmsr:
      return two(0x30);
    case instruction::in:
      return port(0xec, o.size);
    case instruction::out:
      return port(0xee, o.size);
    case instruction::ins:
      return port(0x6c, o.size);
    case instruction::outs:
      return port(0x6e, o.size);
    case instruction::hlt:
      return one(0xf4);
    case instruction::rdpmc:
      return two(0x33);
    case instruction::wbinvd:
      return two(0x09);
    case instruction::invd:
      return two(0x08);
    case instruction::monitor:
      return group_0f01(0xc8);
    case instruction::mwait:
      return group_0f01(0xc9);
    case instruction::xsetbv:
      return group_0f01(0xd1);
    default:
      return {};
  }
}

}  // namespace umbra::fuzz
