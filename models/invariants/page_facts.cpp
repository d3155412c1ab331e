#include "models/invariants/page_facts.hpp"

#include "core/platform/platform.hpp"

namespace umbra::invariants {

namespace {

template <class Verdict>
Verdict wrong(id which, const char* what, const mmu::page& p, std::uint64_t expected, std::uint64_t found) {
  return {which, what, p.ordinal, 0, expected, found};
}

template <class Verdict>
Verdict decoded(const subject& s, role_reader& read, const mmu::page& p, page_facts& out) {
  static_cast<role_facts&>(out) = read(p.role);
  out.page = &p;
  out.guest = nullptr;
  out.frame = p.frame.value;
  out.table = platform::address_of(s.view.memory().host(), p.entries).value >> page_shift;
  out.guest_frame = 0;
  out.rom = false;

  const mmu::paging f = out.mode.format();
  if (!out.level_exists)
    return wrong<Verdict>(id::i8_uniqueness, "a page's role has a level that its mode does not have", p, 0, out.level);
  if (!out.quadrant_exists)
    return wrong<Verdict>(id::i8_uniqueness, "a page's role has a quadrant that its table does not have", p, 0,
                          out.quadrant);
  if (p.format != f)
    return wrong<Verdict>(id::i8_uniqueness, "a page's format is that of its role", p, static_cast<std::uint64_t>(f),
                          static_cast<std::uint64_t>(p.format));
  if (p.level != out.level)
    return wrong<Verdict>(id::i8_uniqueness, "a page's level is that of its role", p, out.level, p.level);
  if (p.direct != out.direct)
    return wrong<Verdict>(id::i8_uniqueness, "a page is direct if its role is", p, out.direct, p.direct);
  if (f != mmu::paging::none && p.maxphyaddr != out.mode.maxphyaddr())
    return wrong<Verdict>(id::i8_uniqueness, "a page's MAXPHYADDR is that of its role", p, out.mode.maxphyaddr(),
                          p.maxphyaddr);
  if (p.where.value != out.table)
    return wrong<Verdict>(id::i8_uniqueness, "a page knows where its table is", p, out.table, p.where.value);
  if (out.direct) {
    if (p.backing != nullptr)
      return wrong<Verdict>(id::i8_uniqueness, "a direct page shadows no guest table", p, 0, p.backing->number.value);
    return {};
  }

  const reference::memory_map::answer at = s.map.find_canonical(out.frame);
  if (!at.backed)
    return wrong<Verdict>(id::i1_containment, "a shadowed guest table lies in memory that a slot gives", p, out.frame,
                          0);
  if (p.backing == nullptr || p.backing->number.value != at.host_frame)
    return wrong<Verdict>(id::i1_containment, "a shadowed guest table is read from the frame that slot lookup gives", p,
                          at.host_frame, p.backing ? p.backing->number.value : 0);
  if (p.rom != at.read_only)
    return wrong<Verdict>(id::i9_accessed_dirty, "only tables in read-only memory go without A and D bits", p,
                          at.read_only, p.rom);
  out.rom = at.read_only;
  out.guest_frame = at.host_frame;
  out.guest = s.guest.page(s.guest.context, at.host_frame);
  return {};
}

}  // namespace

violation decode(const subject& s, role_reader& read, const mmu::page& p, page_facts& out) {
  return decoded<violation>(s, read, p, out);
}

alarm questionable(const subject& s, role_reader& read, const mmu::page& p, page_facts& out) {
  return decoded<alarm>(s, read, p, out);
}

}  // namespace umbra::invariants
