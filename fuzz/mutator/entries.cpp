// The composer's side that knows paging: which entries to strike, what to make of them, which register values to try.
#include "core/x86/control.hpp"
#include "fuzz/mutator/composer.hpp"
#include "fuzz/ops/raw_v1.hpp"
#include "fuzz/scene/layout.hpp"

namespace umbra::fuzz {

using namespace layout;
using namespace layout::bits;

std::uint64_t composer::window(std::uint64_t gpa) {
  const std::uint64_t frame = gpa >> 12;
  return frame - high_frame < high_pages ? (high_window + (frame - high_frame)) << 12 | (gpa & 0xfff) : gpa;
}

path::step composer::entry_of(std::uint64_t gva) {
  const path p = path_of(*memory_, mode(), registers().cr3, gva);
  if (p.count == 0) return any_entry();
  // The lower the level, the more there is to know of it: leaves are struck most.
  const unsigned from_leaf = chance.one_in(2) ? 0 : chance.below(p.count);
  return p.steps[p.count - 1 - from_leaf];
}

path::step composer::any_entry() {
  path::step s;
  const bool narrow = mode() == start::bits32;
  s.level = 1 + chance.below(narrow ? 2 : mode() == start::pae ? 3 : 4);
  const std::uint64_t table = table_frame(s.level);
  s.bytes = narrow ? 4 : 8;
  if (narrow) {
    const unsigned low = s.level == 1 ? chance.pick(raw_v1::index1) + 512 * chance.below(2)
                                      : chance.pick(raw_v1::index3) * 256u + chance.pick(raw_v1::index2) / 2u;
    s.gpa = (table << 12) + low * 4;
  } else {
    const unsigned index = s.level == 1   ? chance.pick(raw_v1::index1)
                           : s.level == 2 ? chance.pick(raw_v1::index2)
                           : s.level == 3 ? chance.pick(raw_v1::index3)
                                          : chance.pick(raw_v1::index4);
    s.gpa = (table << 12) + index * 8;
    if (table == pae_pdpts) s.gpa += 32 * chance.below(pae_pdpt_count);
  }
  const std::uint64_t word = memory_->word_at(s.gpa & ~std::uint64_t{7});
  s.entry = narrow ? word >> (s.gpa & 4) * 8 & 0xffff'ffff : word;
  return s;
}

/// A frame that the scenes use for a table of this level in the current format; now and then, in the other entry size:
/// one frame may be a table in both.
std::uint64_t composer::table_frame(unsigned level) {
  constexpr frame pml4s[] = {pml4_a, pml4_b, pml4_c, pml4_high};
  constexpr frame pdpts[] = {pdpt_a, pdpt_b, pdpt_c, pdpt_high};
  constexpr frame pds[] = {pd_a, pd_b, pd_c, pd_d, pd_high};
  constexpr frame pts[] = {pt_identity, pt_b, pt_c, pt_d, pt_pool, pt_pool + 1, pt_high, pt_b};
  constexpr frame pds32[] = {pd32_a, pd32_b, pd32_c};
  constexpr frame pts32[] = {pt32_identity, pt32_b, pt32_c, pt32_d, pt32_pool, pt32_pool + 1, pt32_b};
  if ((mode() == start::bits32) != chance.one_in(16)) {
    return level > 1          ? chance.pick(pds32)
           : chance.one_in(3) ? pt32_pool + chance.below(pt32_pool_count)
                              : chance.pick(pts32);
  }
  switch (level) {
    case 4:
      return chance.pick(pml4s);
    case 3:
      return mode() == start::pae ? pae_pdpts : chance.pick(pdpts);
    case 2:
      return chance.pick(pds);
    default:
      return chance.one_in(3) ? pt_pool + chance.below(pt_pool_count) : chance.pick(pts);
  }
}

std::uint64_t composer::data_frame() {
  switch (chance.below(8)) {
    case 0:
      return high_frame + chance.below(high_pages);
    case 1:
      return chance.pick(raw_v1::frames);
    case 2:
      return table_frame(1 + chance.below(2));
    default:
      return first_data + chance.below(48);
  }
}

std::uint64_t composer::regranted(const path::step& s) {
  const std::uint64_t frame_bits = s.entry & (x86::entry::address_mask | ps);
  std::uint64_t e = frame_bits | p;
  const std::uint64_t roll = chance.next();
  if ((roll & 3) != 0) e |= w;
  if ((roll >> 2 & 3) != 0) e |= u;
  if ((roll >> 4 & 1) != 0) e |= a;
  if ((roll >> 5 & 1) != 0) e |= d;
  if ((roll >> 6 & 7) == 0) e |= g;
  if ((roll >> 9 & 3) == 0 && s.bytes == 8) e |= nx;
  if ((roll >> 11 & 15) == 0) e &= ~p;
  return e;
}

std::uint64_t composer::resized(const path::step& s) {
  const std::uint64_t rights = regranted(s) & ~(x86::entry::address_mask | ps);
  if (s.level == 1) return rights | data_frame() << 12;
  if ((s.entry & ps) != 0) return rights | table_frame(s.level - 1) << 12;
  return rights | ps | (chance.one_in(4) ? high_frame << 12 & (s.bytes == 4 ? 0xffff'ffff : ~std::uint64_t{0}) : 0);
}

std::uint64_t composer::rewritten(const path::step& s) {
  constexpr std::uint64_t toggles[] = {p, w, u, a, d, ps, nx, g, w, u, w | u, a | d};
  const std::uint64_t width = s.bytes == 4 ? 0xffff'ffff : ~std::uint64_t{0};
  switch (chance.below(16)) {
    case 0:
      return 0;
    case 1:
      return s.entry ^ std::uint64_t{1} << chance.below(s.bytes * 8);
    case 2:
      return (s.entry ^ std::uint64_t{1} << (32 + chance.below(20))) & width;  // beyond MAXPHYADDR, or a frame far up
    case 3:
    case 4:
      return resized(s) & width;
    case 5:
    case 6:
      return (s.entry & ~x86::entry::address_mask & ~ps) | p |
             (s.level == 1 ? data_frame() : table_frame(s.level - 1)) << 12;
    case 7:
    case 8:
      return s.entry;  // as it was in the beginning
    case 9:
    case 10:
    case 11:
      return regranted(s) & width;
    default:
      return (s.entry ^ chance.pick(toggles)) & width;
  }
}

void composer::write_entry(const path::step& s, std::uint64_t value) {
  const unsigned way = chance.below(20);
  if (way == 0) return write(s.gpa, 4, value);
  if (way == 1) return write(s.gpa + 4, 4, value >> 32);
  if (way == 2) {
    const unsigned skip = chance.below(s.bytes);
    return write(s.gpa + skip, 1 + chance.below(8), value >> 8 * skip);
  }
  if (way == 3) {  // from the middle of the entry before, perhaps on the page before
    const unsigned skip = 1 + chance.below(7);
    return write(s.gpa - skip, 8, value << 8 * skip);
  }
  if (way == 4 && s.bytes == 4) return write(s.gpa & ~std::uint64_t{7}, 8, value | value << 32);
  op o;
  o.kind = way == 5 ? kind::patch : way == 6 ? kind::poke : kind::write;
  if (o.kind == kind::write || !allows(o.kind)) return write(s.gpa, s.bytes, value);
  o.address = s.gpa;
  o.size = static_cast<std::uint8_t>(s.bytes);
  o.value = value;
  add(o);
}

std::uint64_t composer::register_value(kind which) {
  const tracker::registers& r = registers();
  if (chance.one_in(24)) return chance.one_in(2) ? chance.next() : std::uint64_t{1} << chance.below(64);
  switch (which) {
    case kind::cr0: {
      constexpr std::uint64_t flips[] = {x86::cr0::wp, x86::cr0::wp, x86::cr0::wp,
                                         x86::cr0::pg, x86::cr0::cd, x86::cr0::ts};
      return chance.one_in(6) ? chance.pick(raw_v1::cr0) : r.cr0 ^ chance.pick(flips);
    }
    case kind::cr3: {
      const start m = mode();
      if (chance.one_in(5)) return chance.pick(raw_v1::cr3);
      if (chance.one_in(5)) return r.cr3;
      if (m == start::pae) return (pae_pdpts << 12) + 32 * chance.below(pae_pdpt_count);
      return table_frame(m == start::bits32 ? 2 : 4) << 12;
    }
    case kind::cr4: {
      constexpr std::uint64_t flips[] = {x86::cr4::smep, x86::cr4::smap, x86::cr4::pge,
                                         x86::cr4::pse,  x86::cr4::smep, x86::cr4::smap};
      std::uint64_t value = r.cr4 ^ chance.pick(flips);
      if (chance.one_in(3)) value ^= chance.pick(flips);
      if (chance.one_in(12)) value ^= x86::cr4::pae;
      return value;
    }
    default:
      return r.efer ^ (chance.one_in(5) ? x86::efer::lme : x86::efer::nxe);
  }
}

}  // namespace umbra::fuzz
