// What is known of an opcode before its operands are looked at.
#pragma once

#include <array>
#include <cstdint>

#include "core/emulate/encoding.hpp"

namespace umbra::emulate {

/// Which executor an instruction belongs to. `kind` then says which of that executor's instructions it is.
enum class family : unsigned char {
  undefined,    ///< #UD
  unsupported,  ///< an instruction of a unit that is not emulated: x87, SSE, VEX and so on
  prefix,       ///< not an opcode: `kind` is a prefix_kind
  group,        ///< ModRM.reg selects further: groups.hpp
  subgroup,     ///< of a register form: ModRM.rm selects further
  arithmetic,
  unary,
  multiply,
  shift,
  double_shift,
  decimal,
  move,
  extend,
  exchange,
  condition,
  bit_test,
  bit_scan,
  stack,
  string,
  port,
  branch,
  far_branch,
  interrupt,
  flags,
  system,
  segment,
  service,
  nothing,  ///< NOP and hints
};

struct opcode {
  emulate::family family = family::undefined;
  std::uint8_t kind = 0;
  std::uint16_t attributes = 0;
  std::array<encoding, 3> operands{};
};

/// Attributes.
namespace attribute {
constexpr std::uint16_t not64 = 1 << 0;     ///< #UD in 64-bit mode
constexpr std::uint16_t wide64 = 1 << 1;    ///< 8 bytes by default in 64-bit mode; 66 makes it 2
constexpr std::uint16_t always64 = 1 << 2;  ///< 8 bytes in 64-bit mode; 66 is ignored
constexpr std::uint16_t lockable = 1 << 3;  ///< LOCK is allowed with a destination in memory
constexpr std::uint16_t memory = 1 << 4;    ///< #UD with a register
constexpr std::uint16_t protect = 1 << 5;   ///< #UD in real and virtual-8086 mode
constexpr std::uint16_t no66 = 1 << 6;      ///< with 66 it is something else, which is unsupported
constexpr std::uint16_t no_f3 = 1 << 7;     ///< with F3
constexpr std::uint16_t bare = 1 << 8;      ///< with F2 or F3
constexpr std::uint16_t vector = 1 << 9;    ///< VEX or EVEX in 64-bit mode and with a register, which is unsupported
}  // namespace attribute

/// Opcodes written as in the SDM's maps.
template <class Kind>
consteval opcode op(family f, Kind kind, std::uint16_t attributes = 0, encoding a = {}, encoding b = {},
                    encoding c = {}) {
  return {f, static_cast<std::uint8_t>(kind), attributes, {a, b, c}};
}

}  // namespace umbra::emulate
