#include "core/mmu/meaning.hpp"

#include "core/mmu/guest_format.hpp"

namespace umbra::mmu {

namespace {

constexpr word frames_a_table = 512;

/// In 32-bit paging one directory entry covers two shadow entries; which half this one is.
template <class Format>
word half(word index) {
  return Format::entry_bytes == 4 ? index & word{1} : word{0};
}

template <class Format>
meaning interpret(const memory::space& memory, const page& p, word index, word entry) {
  using namespace x86;
  const entry_rules rules{p.role.nxe(), p.role.pse(), p.role.gbpages(), p.maxphyaddr};
  meaning m;
  entry = entry | when(p.rom, entry::accessed | entry::dirty);
  if (!has_all(entry, entry::present | entry::accessed)) return m;
  const flag large = Format::large(rules, p.level, entry);
  if ((entry & Format::reserved(rules, p.level, large)) != word{0}) return m;

  m.granted = intersect(p.role.access(), rights_of(entry));
  m.dirty = has(entry, entry::dirty);
  if (p.level == 1) {
    m.kind = meaning_kind::leaf;
    m.frame = Format::frame(entry);
    return m;
  }
  m.kind = meaning_kind::link;
  const role below = p.role.at_level(p.level - 1).with_quadrant(word{0});
  if (large) {
    m.direct = true;
    m.frame = Format::large_frame(p.level, entry) + half<Format>(index) * frames_a_table;
    rights inherited = m.granted;
    inherited.write = both(inherited.write, m.dirty);
    m.role = below.as_direct().with_access(inherited).with_dirty(m.dirty);
    return m;
  }
  m.frame = memory.canonical(Format::frame(entry));
  m.role = below.with_quadrant(half<Format>(index)).with_access(m.granted);
  return m;
}

}  // namespace

meaning meaning_of(const memory::space& memory, const page& p, word index, word entry) {
  switch (p.format) {
    case paging::none: break;
    case paging::bits32: return interpret<format_bits32>(memory, p, index, entry);
    case paging::pae: return interpret<format_pae>(memory, p, index, entry);
    case paging::level4: return interpret<format_level4>(memory, p, index, entry);
  }
  return {};
}

meaning meaning_of_direct(const page& p, word index) {
  meaning m;
  m.granted = p.role.access();
  m.dirty = p.role.dirty();
  if (p.level == 1) {
    m.kind = meaning_kind::leaf;
    m.frame = p.frame + index;
    return m;
  }
  m.kind = meaning_kind::link;
  m.direct = true;
  m.frame = p.frame + index * frames_a_table;
  m.role = p.role.at_level(p.level - 1);
  return m;
}

word guest_index(const page& p, word index) {
  if (p.format != paging::bits32) return index;
  if (p.level == 1) return (p.role.quadrant() << 9) | index;
  return (p.role.quadrant() << 8) | (index >> 1);
}

}  // namespace umbra::mmu
