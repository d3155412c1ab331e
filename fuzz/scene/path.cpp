#include "fuzz/scene/path.hpp"

#include "core/x86/entry.hpp"

namespace umbra::fuzz {

path path_of(const image& memory, start mode, std::uint64_t cr3, std::uint64_t gva) {
  path found;
  const bool narrow = mode == start::bits32;
  unsigned level = narrow ? 2 : mode == start::pae ? 3 : mode == start::level4 ? 4 : 0;
  if (level == 0) return found;
  const unsigned bytes = narrow ? 4 : 8, index_bits = narrow ? 10 : 9;
  const bool directory_pointers = mode == start::pae;
  if (mode != start::level4) gva &= 0xffff'ffff;
  std::uint64_t table = mode == start::pae ? cr3 & 0xffff'ffe0 : cr3 & 0x000f'ffff'ffff'f000;
  while (level > 0) {
    const std::uint64_t index = gva >> (12 + (level - 1) * index_bits) & ((1u << index_bits) - 1);
    const std::uint64_t gpa = table + index * bytes;
    std::uint64_t entry = memory.word_at(gpa & ~std::uint64_t{7});
    if (narrow) entry = entry >> (gpa & 4) * 8 & 0xffff'ffff;
    if (backing_of(gpa >> 12) == scene_pages) break;
    found.steps[found.count++] = {gpa, bytes, entry, level};
    const bool leaf = level == 1 || ((entry & x86::entry::large) != 0 && level < 4 && !(directory_pointers && level == 3));
    if (leaf || (entry & x86::entry::present) == 0) break;
    table = entry & x86::entry::address_mask;
    --level;
  }
  return found;
}

}  // namespace umbra::fuzz
