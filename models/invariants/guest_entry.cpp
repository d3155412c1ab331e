#include "models/invariants/guest_entry.hpp"

#include "models/invariants/permission_table.hpp"
#include "models/reference/formats.hpp"
#include "models/reference/permission.hpp"

namespace umbra::invariants {

namespace {

constexpr unsigned packed(const reference::rights& r) {
  return (r.write ? right::write : 0) | (r.user ? right::user : 0) | (r.execute ? right::execute : 0);
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

}  // namespace

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

}  // namespace umbra::invariants
