// One decoded instruction. Register numbers, immediates and displacements are the guest's; all else is concrete.
#pragma once

#include <array>

#include <word/word.hpp>

#include "core/emulate/opcode.hpp"
#include "core/vcpu/segment.hpp"

namespace umbra::emulate {

/// The processor takes no instruction that is longer (SDM 2A, 2.3.11).
constexpr unsigned longest_instruction = 15;

/// Bytes of code, as far as they have been fetched.
struct code_bytes {
  std::array<word, longest_instruction> bytes{};
  unsigned count = 0;
};

/// What decoding depends on, beside the bytes.
struct code_mode {
  unsigned bits = 16;    ///< 16, 32 or 64
  bool protect = false;  ///< protected mode, virtual-8086 mode excepted
};

enum class operand_kind : unsigned char {
  none,
  general,  ///< a general register
  segment,  ///< a segment register
  control,
  debug,
  memory,     ///< at instruction::memory
  immediate,  ///< a number; for branches, the displacement
  pointer,    ///< an immediate far pointer: `value` is the offset, `selector` the rest
};

struct operand {
  operand_kind kind = operand_kind::none;
  unsigned bytes = 0;
  word value{};  ///< register number, or the immediate (sign-extended to 64 bits)
  flag high{};   ///< general, of 1 byte: AH to BH, numbered 4 to 7
  word selector{};
};

/// Where an operand in memory is: segment : base + (index << scale) + displacement.
struct memory_operand {
  vcpu::segment_name segment = vcpu::segment_name::ds;
  bool has_base = false, has_index = false, rip_relative = false;
  word base{}, index{}, scale{}, displacement{};
};

enum class repeat_prefix : unsigned char { none, rep, repne };

struct instruction {
  const opcode* what = nullptr;
  unsigned length = 0;
  unsigned operand_bytes = 2;  ///< 2, 4 or 8
  unsigned address_bytes = 2;  ///< 2, 4 or 8
  bool lock = false;
  bool overridden = false;  ///< a prefix names the segment of `memory`
  repeat_prefix repeat = repeat_prefix::none;
  memory_operand memory{};
  std::array<operand, 3> operands{};
};

}  // namespace umbra::emulate
