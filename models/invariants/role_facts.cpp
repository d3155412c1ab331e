#include "models/invariants/role_facts.hpp"

#include "models/invariants/permission_table.hpp"
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

template <class Format>
void add_rules(role_facts& f) {
  const reference::registers r = registers_of(f.mode);
  const std::uint64_t ps = x86::entry::large;
  f.reserved = reference::reserved_bits<Format>(f.level, 0, r);
  f.reserved_large = reference::reserved_bits<Format>(f.level, ps, r);
  f.large = f.level > 1 && Format::maps_page(f.level, ps, r) ? ps : 0;
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

role_facts read(const mmu::role& r) {
  role_facts f{};
  f.role = r.packed();
  f.mode = key_of(r);
  f.level = static_cast<std::uint8_t>(r.level());
  f.quadrant = static_cast<std::uint8_t>(r.quadrant());
  const mmu::rights a = r.access();
  f.access = static_cast<std::uint8_t>((a.write ? right::write : 0) | (a.user ? right::user : 0) |
                                       (a.execute ? right::execute : 0));
  f.direct = r.direct();
  f.dirty = r.dirty();
  const mmu::paging format = f.mode.format();
  f.level_exists = level_exists(format, f.level, f.direct);
  f.quadrant_exists = f.quadrant < (format != mmu::paging::bits32 || f.direct ? 1 : 2 * f.level);
  if (f.direct || !f.level_exists) return f;
  switch (format) {
    case mmu::paging::none:
      break;
    case mmu::paging::bits32:
      add_rules<reference::bits32>(f);
      break;
    case mmu::paging::pae:
      add_rules<reference::pae>(f);
      break;
    case mmu::paging::level4:
      add_rules<reference::level4>(f);
      break;
  }
  return f;
}

}  // namespace umbra::invariants
