// The decoder against Zydis: which bytes are an instruction, and how many of them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/emulate/decoder.hpp"

namespace umbra::emucheck {

/// What both said of some bytes.
struct verdicts {
  std::vector<std::uint8_t> bytes;  ///< 15 of them
  emulate::code_mode mode;
  emulate::decoding ours{};
  unsigned our_length = 0;
  bool theirs = false;  ///< Zydis knows an instruction
  unsigned their_length = 0;
  std::string mnemonic;  ///< as Zydis has it, or what it objects to
};

struct length_tally {
  std::uint64_t compared = 0, alike = 0;
  std::uint64_t unsupported = 0;  ///< no claim is made about these
  std::uint64_t excused = 0, wrong = 0;
  std::map<std::string_view, std::uint64_t> excused_by;
};

using on_difference = std::function<void(const verdicts&)>;

/// What Zydis objects to in how the first of some bytes are decoded, or "". At least 16 are wanted.
std::string length_difference(const emulate::code_mode&, std::span<const std::uint8_t> bytes);

/// Random bytes, of which most begin with an opcode that the emulator has.
length_tally compare_random(std::uint64_t count, std::uint64_t seed, const on_difference&);
/// Specimens of every form, operand size and mode.
length_tally compare_forms(unsigned each, std::uint64_t seed, const on_difference&);

}  // namespace umbra::emucheck
