// What a trial's bytes are, to the emulator's own decoder.
#pragma once

#include "core/emulate/decoder.hpp"
#include "core/emulate/kinds.hpp"
#include "fuzz/trial/layout.hpp"

namespace umbra::fuzz {

constexpr emulate::code_mode code_mode_of(trial_mode m) {
  switch (m) {
    case trial_mode::real:
    case trial_mode::virtual8086:
      return {16, false};
    case trial_mode::flat16:
      return {16, true};
    case trial_mode::long64:
      return {64, true};
    default:
      return {32, true};
  }
}

struct reading {
  emulate::decoding how{};
  emulate::instruction insn;
  bool repeats = false;  ///< a string instruction with REP
  bool locks = false;    ///< atomic, by LOCK or by itself
};

inline reading reading_of(const trial& t) {
  using emulate::family;
  reading r;
  emulate::code_bytes code;
  for (unsigned n = 0; n < t.length; ++n) code.bytes[n] = t.code[n];
  while (code.count < emulate::longest_instruction) {
    if (code.count >= t.length) code.bytes[code.count] = emucheck::filling;
    ++code.count;
  }
  r.how = emulate::decode(code, code_mode_of(t.mode), r.insn);
  if (r.how != emulate::decoding::complete) return r;
  const emulate::opcode& o = *r.insn.what;
  const bool string = o.family == family::string ||
                      (o.family == family::port && o.kind >= static_cast<unsigned>(emulate::port_kind::ins));
  r.repeats = string && r.insn.repeat != emulate::repeat_prefix::none;
  const bool memory = r.insn.operands[0].kind == emulate::operand_kind::memory;
  const bool swaps = o.family == family::exchange && o.kind == static_cast<unsigned>(emulate::exchange_kind::xchg);
  r.locks = memory && (r.insn.lock || swaps);
  return r;
}

}  // namespace umbra::fuzz
