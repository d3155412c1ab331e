#include "core/mmu/walk.hpp"

#include <word/array.hpp>

#include "core/mmu/guest_format.hpp"
#include "core/x86/page_fault.hpp"

namespace umbra::mmu {

namespace {

/// Whether a path with these rights serves the access (SDM 4.6.1): what the page is to whoever asks, then what he wants.
flag permitted(const mode& m, const rights& path, const access& by) {
  const flag supervisor_on_user_page = both(negate(by.user), path.user);
  const flag reachable = either(negate(by.user), path.user);
  const flag hidden = both(supervisor_on_user_page, both(m.smap, negate(by.ac)));
  const flag readable = both(reachable, negate(hidden));
  const flag writable = both(readable, either(path.write, negate(either(by.user, m.wp))));
  const flag executable = both(both(reachable, path.execute), negate(both(supervisor_on_user_page, m.smep)));
  return select(by.fetch, executable, select(by.write, writable, readable));
}

/// The error code of a fault for this access (SDM 4.7); `cause` holds P and RSVD.
word error_code(const mode& m, const access& by, std::uint64_t cause) {
  using namespace x86;
  return word{cause} | when(by.write, page_fault::write) | when(by.user, page_fault::user) |
         when(both(by.fetch, either(m.nxe, m.smep)), page_fault::fetch);
}

walk faulting(const mode& m, const access& by, std::uint64_t cause) {
  walk w;
  w.error_code = error_code(m, by, cause);
  return w;
}

/// The frame that a table's gfn names, and whether its entries can be changed.
struct table_frame {
  memory::frame* backing;
  flag rom;
};

template <class Format>
walk walk_tables(memory::space& memory, const mode& m, gva where, const access& by, gfn root) {
  using namespace x86;
  const entry_rules rules = rules_of(m);
  walk w;
  std::array<table_frame, 5> tables{};
  rights path{};
  gfn table = root;
  unsigned level = Format::levels;
  for (;; --level) {
    const memory::lookup found = memory.find(table);
    if (found.backing == nullptr) return faulting(m, by, 0);
    tables[level] = {found.backing, found.read_only};
    step& s = w.steps[level];
    s.where = address_of(found.backing->number) + (Format::index(where.value, level) * Format::entry_bytes);
    s.entry = platform::read(memory.host(), s.where, Format::entry_bytes);
    if (!has(s.entry, entry::present)) return faulting(m, by, 0);
    const flag large = Format::large(rules, level, s.entry);
    if ((s.entry & Format::reserved(rules, level, large)) != word{0}) {
      return faulting(m, by, page_fault::present | page_fault::reserved);
    }
    path = intersect(path, rights_of(s.entry));
    if (level == 1) {
      w.frame = Format::frame(s.entry);
      break;
    }
    if (large) {
      w.frame = Format::large_frame(level, s.entry) + Format::frame_within_large(where.value, level);
      break;
    }
    table = Format::frame(s.entry);
  }
  if (!permitted(m, path, by)) return faulting(m, by, page_fault::present);

  w.granted = path;
  w.result = walk_result::translated;
  for (unsigned used = Format::levels; used >= level; --used) {
    step& s = w.steps[used];
    word wanted = s.entry | word{entry::accessed};
    if (used == level) wanted = wanted | when(by.write, entry::dirty);
    if (either(tables[used].rom, wanted == s.entry)) continue;
    if (!platform::compare_exchange(memory.host(), s.where, s.entry, wanted, Format::entry_bytes)) {
      w.result = walk_result::lost;
      return w;
    }
    memory.mark_dirty(*tables[used].backing);
    s.entry = wanted;
    s.set = true;
  }
  return w;
}

}  // namespace

walk walk_guest(memory::space& memory, const mode& m, gva where, const access& by) {
  switch (m.format) {
    case paging::none: {
      walk w;
      w.result = walk_result::translated;
      w.frame = {field(where.value, page_shift, 20)};
      return w;
    }
    case paging::bits32:
      return walk_tables<format_bits32>(memory, m, where, by, m.root);
    case paging::pae: {
      const word pointer = pick(m.pdpte, field(where.value, 30, 2));
      if (!has(pointer, x86::entry::present)) return faulting(m, by, 0);
      return walk_tables<format_pae>(memory, m, where, by, format_pae::frame(pointer));
    }
    case paging::level4:
      return walk_tables<format_level4>(memory, m, where, by, m.root);
  }
  return {};
}

word read_entry(platform::host& host, paging format, const step& s) {
  return platform::read(host, s.where, entry_bytes(format));
}

}  // namespace umbra::mmu
