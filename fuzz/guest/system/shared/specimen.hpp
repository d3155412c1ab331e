// A specimen: the state of a processor, a little memory, and a few bytes of code. Plain data, made from a number by
// generator.hpp on both sides.
#pragma once

#include <cstdint>

#include "fuzz/guest/system/shared/layout.hpp"
#include "fuzz/guest/system/shared/slots.hpp"

namespace umbra::system_guest {

enum class paging_kind : std::uint8_t { off, bits32, pae, level4 };

/// What a specimen is about.
enum class family : std::uint8_t {
  control,    ///< MOV to and from control registers
  status,     ///< LMSW, SMSW, CLTS
  debug,      ///< MOV to and from debug registers
  tables,     ///< LGDT, LIDT, SGDT, SIDT
  local,      ///< LLDT, LTR, SLDT, STR
  segment,    ///< MOV, POP, LDS and their like, to segment registers, and an access through what they load
  branch,     ///< far JMP, CALL and RET
  interrupt,  ///< INT n, INT3, INT1, INTO, BOUND
  flags,      ///< PUSHF, POPF, STI, CLI, CLAC, STAC
  port,       ///< IN, OUT, INS, OUTS
  privilege,  ///< HLT, INVLPG, and others that only CPL 0 may execute
  access,     ///< instructions with an operand in memory
  string,     ///< MOVS, CMPS, STOS, LODS, SCAS
  stack,      ///< PUSH, POP, CALL, RET, ENTER and their like
  undefined,  ///< what is no instruction, LOCK where it must not be, more than 15 bytes, code that cannot be fetched
};
constexpr unsigned family_count = 15;

struct poke {
  std::uint32_t at;
  std::uint64_t value;
  std::uint8_t bytes;
};

/// Rights of a page, as in the low byte of its entry.
namespace page {
constexpr std::uint8_t present = 1, write = 2, user = 4, no_execute = 8;
}

struct specimen {
  static constexpr unsigned max_pokes = 48, max_code = 32;

  family what;
  paging_kind paging;
  std::uint8_t code_bits;  ///< 16, 32 or 64
  std::uint8_t cpl;
  std::uint64_t before[SLOT_COUNT];
  std::uint8_t rights[layout::pages];
  std::uint8_t code_length, pokes_used;
  std::uint8_t code[max_code];
  poke pokes[max_pokes];

  bool long_mode() const { return paging == paging_kind::level4; }
  void put(std::uint32_t at, std::uint64_t value, std::uint8_t bytes) {
    if (pokes_used < max_pokes) pokes[pokes_used++] = {at, value, bytes};
  }
  /// The descriptor that it has put under a selector, or 0.
  std::uint64_t own_descriptor(std::uint32_t selector) const {
    const std::uint32_t at = (selector & 4 ? layout::ldt : layout::gdt) + (selector & 0xfff8);
    for (unsigned i = 0; i < pokes_used; ++i)
      if (pokes[i].at == at) return pokes[i].value;
    return 0;
  }
};

/// A number that differs if two sides made different specimens.
inline std::uint32_t digest(const specimen& s) {
  std::uint32_t sum = 2166136261u;
  const auto add = [&sum](std::uint64_t value) {
    sum = (sum ^ static_cast<std::uint32_t>(value) ^ static_cast<std::uint32_t>(value >> 32) * 31) * 16777619u;
  };
  add(static_cast<std::uint32_t>(s.what) | static_cast<std::uint32_t>(s.paging) << 8 |
      std::uint32_t{s.code_bits} << 16 | std::uint32_t{s.cpl} << 24);
  for (const std::uint64_t value : s.before) add(value);
  for (const std::uint8_t r : s.rights) add(r);
  for (unsigned i = 0; i < s.code_length; ++i) add(s.code[i]);
  for (unsigned i = 0; i < s.pokes_used; ++i) add(s.pokes[i].at), add(s.pokes[i].value), add(s.pokes[i].bytes);
  return sum;
}

}  // namespace umbra::system_guest
