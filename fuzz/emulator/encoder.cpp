#include "fuzz/emulator/encoder.hpp"

namespace umbra::emucheck {

void append(std::vector<std::uint8_t>& to, std::uint64_t value, unsigned bytes) {
  for (unsigned n = 0; n < bytes; ++n) to.push_back(static_cast<std::uint8_t>(value >> (8 * n)));
}

std::vector<std::uint8_t> encode(const form& f, const parts& p, std::optional<unsigned> low) {
  std::vector<std::uint8_t> code = p.prefixes;
  const bool rex = p.rex || p.w || p.r || p.x || p.b || f.rex_b;
  if (rex) code.push_back(static_cast<std::uint8_t>(0x40 | p.w << 3 | p.r << 2 | p.x << 1 | (p.b || f.rex_b ? 1 : 0)));
  if (f.escaped) code.push_back(0x0f);
  code.push_back(low ? static_cast<std::uint8_t>((f.byte & 0xf8) | (*low & 7)) : f.byte);
  if (p.modrm) code.push_back(static_cast<std::uint8_t>(p.mod << 6 | (p.reg & 7) << 3 | (p.rm & 7)));
  if (p.sib) code.push_back(*p.sib);
  code.insert(code.end(), p.tail.begin(), p.tail.end());
  return code;
}

}  // namespace umbra::emucheck
