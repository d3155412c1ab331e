// One instruction with the state that it is to be executed in.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/emulate/instruction.hpp"
#include "core/vcpu/register_set.hpp"

namespace umbra::emucheck {

/// What an engine is told, and what it tells.
struct cpu_state {
  std::array<std::uint64_t, 16> gpr{};
  std::uint64_t rip = 0, rflags = 2;
  std::array<std::uint16_t, 6> selector{};  ///< in the order of their numbers; in real mode
  std::uint64_t fs_base = 0, gs_base = 0;   ///< elsewhere
};

cpu_state state_of(const vcpu::register_set&);

/// Bytes to be put into memory first.
struct poke {
  std::uint64_t at = 0;  ///< in the 64 KiB
  std::uint64_t value = 0;
  unsigned bytes = 0;
};

struct specimen {
  unsigned bits = 16;          ///< 16: real mode; 32: flat protected mode; 64
  unsigned operand_bytes = 2;  ///< as the form asks for
  std::array<std::uint8_t, emulate::longest_instruction> code{};
  unsigned length = 0;
  bool repeats = false;  ///< a string instruction with REP
  cpu_state before{};
  std::vector<poke> pokes;

  std::uint64_t cs_base() const { return bits == 16 ? std::uint64_t{before.selector[1]} << 4 : 0; }
  /// Where in the 64 KiB the code goes.
  std::uint64_t code_at() const { return cs_base() + before.rip; }
};

}  // namespace umbra::emucheck
