#include "models/invariants/page_facts.hpp"

#include "core/platform/platform.hpp"
#include "models/invariants/guest_entry.hpp"
#include "models/invariants/permission_table.hpp"
#include "models/reference/permission.hpp"
#include "models/reference/reserved.hpp"

namespace umbra::invariants {

namespace {

constexpr std::uint32_t pack(mmu::paging f, bool wp, bool nxe, bool smep, bool smap, bool pse, bool gbpages,
                             unsigned width) {
  if (f == mmu::paging::none) return 0;
  const bool wide = f != mmu::paging::bits32;
  return static_cast<std::uint32_t>(f) | wp << 3 | (nxe && wide) << 4 | smep << 5 | smap << 6 | (pse && !wide) << 7 |
         (gbpages && f == mmu::paging::level4) << 8 | width << 9;
}

constexpr unsigned packed(const reference::rights& r) {
  return (r.write ? right::write : 0) | (r.user ? right::user : 0) | (r.execute ? right::execute : 0);
}

template <class Format>
void add_rules(page_facts& p) {
  const reference::registers r = registers_of(p.mode);
  const std::uint64_t ps = x86::entry::large;
  p.reserved = reference::reserved_bits<Format>(p.level, 0, r);
  p.reserved_large = reference::reserved_bits<Format>(p.level, ps, r);
  p.large = p.level > 1 && Format::maps_page(p.level, ps, r) ? ps : 0;
}

template <class Format>
guest_entry interpreted(const page_facts& p, std::uint64_t raw) {
  guest_entry g;
  g.raw = raw;
  g.large = (raw & p.large) != 0;
  g.valid = (raw & x86::entry::present) && !(raw & (g.large ? p.reserved_large : p.reserved));
  g.accessed = p.rom || (raw & x86::entry::accessed);
  g.dirty = p.rom || (raw & x86::entry::dirty);
  g.rights = packed(reference::narrowed<Format>({}, raw));
  g.frame = (g.large || p.level == 1 ? Format::frame(p.level, raw) : raw & Format::table_mask) >> page_shift;
  return g;
}

violation wrong(id which, const char* what, const mmu::page& p, std::uint64_t expected, std::uint64_t found) {
  return {which, what, p.ordinal, 0, expected, found};
}

/// Levels that a format has pages for.
bool level_exists(mmu::paging f, unsigned level, bool direct) {
  switch (f) {
    case mmu::paging::none:
      return direct && (level == 1 || level == 2);
    case mmu::paging::bits32:
    case mmu::paging::pae:
      return level == 1 || (level == 2 && !direct);
    case mmu::paging::level4:
      return level >= 1 && level <= (direct ? 2 : 4);
  }
  return false;
}

}  // namespace

mode_key key_of(const mmu::role& r) {
  return {pack(static_cast<mmu::paging>(r.guest_levels()), r.wp(), r.nxe(), r.smep(), r.smap(), r.pse(), r.gbpages(),
               static_cast<unsigned>(r.maxphyaddr()))};
}

mode_key key_of(const reference::registers& r) {
  using mmu::paging;
  const paging f = reference::uses_4level(r)  ? paging::level4
                   : reference::uses_pae(r)   ? paging::pae
                   : reference::uses_32bit(r) ? paging::bits32
                                              : paging::none;
  return {pack(f, reference::write_protect(r), reference::no_execute_enabled(r), reference::smep(r), reference::smap(r),
               has(r.cr4, x86::cr4::pse), r.cpuid.gbpages, r.cpuid.maxphyaddr)};
}

reference::registers registers_of(mode_key m) {
  reference::registers r;
  const bool paged = m.format() != mmu::paging::none, wide = m.format() >= mmu::paging::pae;
  const bool long_mode = m.format() == mmu::paging::level4;
  r.cr0 = x86::cr0::pe | when(paged, x86::cr0::pg) | when(m.wp(), x86::cr0::wp);
  r.cr4 = when(wide, x86::cr4::pae) | when(m.pse(), x86::cr4::pse) | when(m.smep(), x86::cr4::smep) |
          when(m.smap(), x86::cr4::smap);
  r.efer = when(m.nxe(), x86::efer::nxe) | when(long_mode, x86::efer::lme | x86::efer::lma);
  r.cpuid.maxphyaddr = m.maxphyaddr();
  r.cpuid.gbpages = m.gbpages();
  return r;
}

guest_entry read_guest(const page_facts& p, unsigned index) {
  const unsigned bytes = guest_entry_bytes(p);
  const std::byte* at = p.guest + guest_index(p, index) * bytes;
  if (bytes == 4) {
    std::uint32_t raw;
    __builtin_memcpy(&raw, at, sizeof raw);
    return interpreted<reference::bits32>(p, raw);
  }
  std::uint64_t raw;
  __builtin_memcpy(&raw, at, sizeof raw);
  return p.mode.format() == mmu::paging::pae ? interpreted<reference::pae>(p, raw)
                                             : interpreted<reference::level4>(p, raw);
}

violation decode(const subject& s, const mmu::page& p, page_facts& out) {
  const mmu::role& r = p.role;
  out = {};
  out.page = &p;
  out.frame = p.frame.value;
  out.role = r.packed();
  out.table = platform::address_of(s.view.memory().host(), p.entries).value >> page_shift;
  out.mode = key_of(r);
  out.level = static_cast<std::uint8_t>(r.level());
  out.quadrant = static_cast<std::uint8_t>(r.quadrant());
  const mmu::rights a = r.access();
  out.access = static_cast<std::uint8_t>((a.write ? right::write : 0) | (a.user ? right::user : 0) |
                                         (a.execute ? right::execute : 0));
  out.direct = r.direct();
  out.dirty = r.dirty();

  const mmu::paging f = out.mode.format();
  if (!level_exists(f, out.level, out.direct))
    return wrong(id::i8_uniqueness, "a page's role has a level that its mode does not have", p, 0, out.level);
  const unsigned quadrants = f != mmu::paging::bits32 || out.direct ? 1 : 2 * out.level;
  if (out.quadrant >= quadrants)
    return wrong(id::i8_uniqueness, "a page's role has a quadrant that its table does not have", p, quadrants,
                 out.quadrant);
  if (p.format != f)
    return wrong(id::i8_uniqueness, "a page's format is that of its role", p, static_cast<std::uint64_t>(f),
                 static_cast<std::uint64_t>(p.format));
  if (p.level != out.level)
    return wrong(id::i8_uniqueness, "a page's level is that of its role", p, out.level, p.level);
  if (p.direct != out.direct)
    return wrong(id::i8_uniqueness, "a page is direct if its role is", p, out.direct, p.direct);
  if (f != mmu::paging::none && p.maxphyaddr != out.mode.maxphyaddr())
    return wrong(id::i8_uniqueness, "a page's MAXPHYADDR is that of its role", p, out.mode.maxphyaddr(), p.maxphyaddr);
  if (p.where.value != out.table)
    return wrong(id::i8_uniqueness, "a page knows where its table is", p, out.table, p.where.value);
  if (out.direct) {
    if (p.backing != nullptr)
      return wrong(id::i8_uniqueness, "a direct page shadows no guest table", p, 0, p.backing->number.value);
    return {};
  }

  const reference::memory_map::answer at = s.map.find_canonical(out.frame);
  if (!at.backed)
    return wrong(id::i1_containment, "a shadowed guest table lies in memory that a slot gives", p, out.frame, 0);
  if (p.backing == nullptr || p.backing->number.value != at.host_frame)
    return wrong(id::i1_containment, "a shadowed guest table is read from the frame that slot lookup gives", p,
                 at.host_frame, p.backing ? p.backing->number.value : 0);
  if (p.rom != at.read_only)
    return wrong(id::i9_accessed_dirty, "only tables in read-only memory go without A and D bits", p, at.read_only,
                 p.rom);
  out.rom = at.read_only;
  out.guest_frame = at.host_frame;
  out.guest = s.guest.page(s.guest.context, at.host_frame);
  switch (f) {
    case mmu::paging::none:
      break;
    case mmu::paging::bits32:
      add_rules<reference::bits32>(out);
      break;
    case mmu::paging::pae:
      add_rules<reference::pae>(out);
      break;
    case mmu::paging::level4:
      add_rules<reference::level4>(out);
      break;
  }
  return {};
}

}  // namespace umbra::invariants
