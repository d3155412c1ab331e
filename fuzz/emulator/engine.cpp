#include "fuzz/emulator/engine.hpp"

#include <cstring>

namespace umbra::emucheck {

const char* name_of(outcome_kind k) {
  switch (k) {
    case outcome_kind::done:
      return "done";
    case outcome_kind::halted:
      return "halted";
    case outcome_kind::fault:
      return "exception";
    case outcome_kind::interrupt:
      return "interrupt";
    case outcome_kind::nowhere:
      return "no memory";
    case outcome_kind::other:
      return "not executed";
  }
  return "?";
}

void prepare(ram_image& ram, const specimen& s) {
  for (const poke& p : s.pokes) {
    for (unsigned n = 0; n < p.bytes; ++n) ram[(p.at + n) % ram_bytes] = static_cast<std::uint8_t>(p.value >> (8 * n));
  }
  for (unsigned n = 0; n < s.length; ++n) ram[(s.code_at() + n) % ram_bytes] = s.code[n];
}

void write_descriptors(ram_image& ram, unsigned bits) {
  // Null, code, data, the same data again, FS and GS; all accessed, so that loading one writes nothing.
  const std::uint64_t code = bits == 64 ? 0x00af'9b00'0000'ffff : 0x00cf'9b00'0000'ffff;
  constexpr std::uint64_t data = 0x00cf'9300'0000'ffff;
  const std::uint64_t descriptors[] = {0, code, data, data, data | fs_base32 << 16, data | gs_base32 << 16};
  static_assert(sizeof descriptors == gdt_bytes);
  std::memcpy(&ram[gdt_at], descriptors, sizeof descriptors);
}

}  // namespace umbra::emucheck
