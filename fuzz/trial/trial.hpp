// The input of the `emulate` target: one instruction, the state that it meets, and what is done to it.
#pragma once

#include <array>
#include <cstdint>

#include "core/emulate/instruction.hpp"

namespace umbra::fuzz {

enum class trial_mode : std::uint8_t {
  real,
  virtual8086,
  flat16,  ///< protected mode, 16-bit segments, paging off
  flat32,
  paged32,
  pae,
  compatibility,
  long64,
};
constexpr unsigned trial_modes = 8;

/// What the instruction is put through, beside being executed once.
enum class ordeal : std::uint8_t {
  none,
  device,   ///< its operands lie in a device: nothing may be asked twice, and all must end the same
  steps,    ///< one item of a repeated instruction at a time
  repair,   ///< a page is absent at first and comes after the fault
  race,     ///< another vCPU writes next to the operand of a locked instruction
  shadows,  ///< the guest's tables are shadowed, and the invariants must hold afterwards
};
constexpr unsigned ordeals = 6;

struct segment_change {
  /// What is unusual about a segment.
  enum kind : std::uint8_t { nothing, limit, unusable, read_only, expand_down, small, based, present_code };
  static constexpr unsigned kinds = 8;

  std::uint8_t which = 0;  ///< 0 to 5
  std::uint8_t what = nothing;
  std::uint16_t parameter = 0;  ///< limit or base, in units of 16 bytes
  bool operator==(const segment_change&) const = default;
};

/// Bytes in memory before the instruction runs.
struct trial_poke {
  std::uint32_t at = 0;  ///< guest-physical
  std::uint8_t bytes = 0;
  std::uint64_t value = 0;
  bool operator==(const trial_poke&) const = default;
};

struct trial {
  static constexpr unsigned pokes_limit = 8, changes_limit = 2;

  trial_mode mode = trial_mode::real;
  std::uint8_t cpl = 0;  ///< 0 to 3; counts in protected mode only
  ordeal through = ordeal::none;
  std::uint8_t judge = 0;   ///< below judges_below: other emulators are asked as well, if the state allows it
  std::uint8_t length = 1;  ///< of `code`, 1 to 15
  std::array<std::uint8_t, emulate::longest_instruction> code{};
  std::uint16_t rip = 0;  ///< from the start of the code window
  std::uint32_t flags = 0;
  std::array<std::uint64_t, 16> gpr{};
  std::array<std::uint16_t, 6> selector{};  ///< real and virtual-8086 mode
  std::uint32_t fs_base = 0, gs_base = 0;   ///< 64-bit mode
  std::uint16_t system = 0;                 ///< bits of trial_system
  std::array<segment_change, changes_limit> changes{};
  std::array<trial_poke, pokes_limit> pokes{};
  std::uint8_t page = 0;   ///< repair: which page is absent
  std::uint8_t nth = 0;    ///< race: before which read
  std::int8_t offset = 0;  ///< race: from the operand
  std::uint8_t bytes = 1;  ///< race: 1 to 8
  std::uint64_t value = 0;

  static constexpr unsigned judges_below = 32;
  bool operator==(const trial&) const = default;
};

/// Bits of trial::system.
namespace trial_system {
constexpr std::uint16_t wp = 1, smep = 2, smap = 4, pse = 8, de = 16, am = 32, gd = 64, ts = 128, vme = 256, pvi = 512;
constexpr unsigned count = 10;
constexpr std::uint16_t all = (1 << count) - 1;
}  // namespace trial_system

}  // namespace umbra::fuzz
