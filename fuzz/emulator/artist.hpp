// One drawing of a specimen: what has been decided so far, and how the rest is drawn to go with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/emulate/kinds.hpp"
#include "core/vcpu/register_set.hpp"
#include "fuzz/emulator/encoder.hpp"
#include "fuzz/emulator/specimen.hpp"
#include "fuzz/mutator/random.hpp"

namespace umbra::emucheck {

/// The lowest `bytes` of `value`.
constexpr std::uint64_t cut(std::uint64_t value, unsigned bytes) {
  return bytes == 8 ? value : value & ((std::uint64_t{1} << (8 * bytes)) - 1);
}

class artist {
 public:
  artist(const form& f, unsigned bits, unsigned operand_bytes, fuzz::random& chance)
      : f_(f), bits_(bits), v_(operand_bytes), chance_(chance) {
    s_.bits = bits;
    s_.operand_bytes = operand_bytes;
  }

  specimen draw();

 private:
  using family = emulate::family;
  using encoding = emulate::encoding;

  bool is(family f) const { return f_.what->family == f; }
  template <class Kind>
  bool is(family f, Kind k) const {
    return is(f) && f_.what->kind == static_cast<unsigned>(k);
  }
  bool has(encoding e) const;
  std::uint64_t& gpr(unsigned n) { return s_.before.gpr[n]; }
  bool stack_form() const { return is(family::stack) || is(family::branch) || is(family::far_branch); }

  unsigned reg_number() const { return p_.reg | (p_.r ? 8 : 0); }

  // artist.cpp
  void draw_state();
  void draw_prefixes();
  void finish();
  std::uint64_t segment_base(unsigned n) const;
  std::uint64_t stack_spot();
  /// A place for an operand of up to 64 bytes.
  std::uint64_t data_spot(unsigned bytes);
  std::uint64_t code_spot();
  void poke_at(std::uint64_t linear, std::uint64_t value, unsigned bytes);
  void poke_target(std::uint64_t value, unsigned bytes, unsigned offset = 0);

  // addressing.cpp
  void draw_modrm();
  /// How many bytes the operand in memory has.
  unsigned memory_bytes() const;
  void draw_address();
  /// The offset that `target_` has in the segment that counts, given the usual one.
  std::uint64_t target_offset(unsigned usual) const;
  void draw_short_address();
  void draw_long_address();
  void draw_sib();
  /// Addresses without a base.
  void draw_absolute(bool rip_relative, std::uint64_t index);
  /// Sets the base register so that the address comes out right.
  void place(unsigned base, std::uint64_t index, unsigned usual);

  // operands.cpp
  /// What the instruction needs beside ModRM: operands in certain registers, on the stack, in immediates.
  void draw_implied();
  /// A register that the address does not depend on may be given a value.
  bool set_free(unsigned number, std::uint64_t value);
  void draw_division();
  void draw_exchange();
  /// A bit near the operand, or in it.
  void draw_bit_index();
  void draw_move();
  void draw_string();
  void draw_bounds();
  void draw_segment();
  std::uint16_t selector_for(bool stack);

  // immediates.cpp
  void draw_immediates();
  std::uint64_t immediate_byte();
  /// To somewhere in the code, if that is near enough.
  std::uint64_t displacement();

  // transfers.cpp
  void draw_stack();
  void draw_branch();
  /// In real mode a selector and an offset of somewhere in the code; in protected mode one of the descriptors.
  void draw_far_branch();

  const form& f_;
  unsigned bits_, v_;
  fuzz::random& chance_;
  specimen s_;
  parts p_;
  std::optional<unsigned> low_;
  unsigned address_bytes_ = 2;
  int override_ = -1;
  unsigned level_ = 0;  ///< of ENTER
  bool memory_ = false, far_ = false;
  std::uint64_t target_ = 0;             ///< linear address of the operand in memory
  std::uint32_t address_registers_ = 0;  ///< that it is computed from
  std::optional<std::size_t> relative_;  ///< where in the tail a RIP-relative displacement is to go
};

}  // namespace umbra::emucheck
