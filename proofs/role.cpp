// T3: two paths that may share a shadow page agree on every access through it.
#include "core/mmu/page_hash.hpp"
#include "models/reference/formats.hpp"
#include "models/reference/permission.hpp"
#include "models/reference/reserved.hpp"
#include "proofs/parent.hpp"

namespace umbra::proofs {

namespace {

using reference::registers;
using reference::rights;

/// What the model says of one access through the page that is linked.
struct view_below {
  flag direct;       ///< it maps a run of frames
  word first_frame;  ///< of that run; else of the guest's table
  flag upper_half;   ///< of a guest table with 1024 entries, which it shadows by halves
  flag well_formed;  ///< the entry below
  flag allowed;
};

template <class Format>
view_below seen_through(const parent& a, word below, const reference::access& by) {
  const mmu::rights above = a.page.role.access();
  const rights path{.write = above.write, .user = above.user, .execute = above.execute};
  const flag half = Format::entry_bytes == 4 ? has(a.index, 1) : flag{false};
  view_below v;
  if (a.page.direct) {
    v.direct = true;
    v.first_frame = a.page.frame.value + (a.index << (9 * (a.page.level - 1)));
    v.upper_half = false;
    v.well_formed = true;
    v.allowed = both(reference::permitted(path, by, a.guest), either(negate(by.write), a.page.role.dirty()));
    return v;
  }
  const rights here = reference::narrowed<Format>(path, a.entry);
  const flag dirty = either(a.page.rom, has(a.entry, x86::entry::dirty));
  v.direct = Format::maps_page(a.page.level, a.entry, a.guest);
  v.first_frame = (select(v.direct, Format::frame(a.page.level, a.entry), a.entry & Format::table_mask) >> page_shift) +
                  select(both(v.direct, half), word{512}, word{0});
  v.upper_half = both(negate(v.direct), half);
  const unsigned level = a.page.level - 1;
  const rights both_here = reference::narrowed<Format>(here, below);
  const flag fits = (below & reference::reserved_bits<Format>(level, below, a.guest)) == word{0};
  v.well_formed = either(v.direct, fits);
  v.allowed = select(v.direct, both(reference::permitted(here, by, a.guest), either(negate(by.write), dirty)),
                     both(fits, reference::permitted(both_here, by, a.guest)));
  return v;
}

view_below through(const parent& a, word below, const reference::access& by) {
  switch (a.page.format) {
    case mmu::paging::bits32:
      return seen_through<reference::bits32>(a, below, by);
    case mmu::paging::pae:
      return seen_through<reference::pae>(a, below, by);
    case mmu::paging::none:
    case mmu::paging::level4:
      break;
  }
  return seen_through<reference::level4>(a, below, by);
}

void agree(smt::path& p, platform::host& host, const parent& one, const parent& other, const shared_access& through_both) {
  // Whether the second path finds the page that the first has made is the core's to say.
  mmu::page& made = p.make<mmu::page>();
  made.frame = one.says.frame;
  made.role = one.says.role;
  mmu::page_hash hash(host);
  if (!hash.create(1)) p.refute("pages can be found");
  hash.insert(made);
  const bool shared = hash.find(other.says.frame, other.says.role) != nullptr;
  const bool same_rules = one.page.format == other.page.format && one.page.level == other.page.level &&
                          (one.page.format == mmu::paging::none || one.page.maxphyaddr == other.page.maxphyaddr);
  if (!shared) return;
  p.prove(flag(same_rules), "a page is shared within one paging format, at one level and for one address width only");
  p.prove(flag(one.says.direct == other.says.direct), "a page that maps a run is not shared with a table's");

  // Paging off denies nothing, and any registers mean the same.
  if (one.page.format == mmu::paging::none) return;
  const view_below a = through(one, through_both.below, through_both.by),
                   b = through(other, through_both.below, through_both.by);
  p.prove(a.direct == b.direct, "both paths lead to a table, or both to a large page");
  p.prove(either(negate(a.direct), a.first_frame == b.first_frame), "both paths lead to the same run of frames");
  p.prove(a.upper_half == b.upper_half, "both paths lead to the same half of a guest's table");
  p.prove(a.well_formed == b.well_formed, "both paths find the same bits reserved");
  p.prove(either(negate(a.well_formed), a.allowed == b.allowed), "both paths allow the same accesses");
}

void body(smt::path& p, const unit& u) {
  platform::host host(p, smt::guest_memory::kind::log, 8);
  auto& space = p.make<memory::space>(host);
  const x86::features features = any_features(p, {u.first.format, u.first.maxphyaddr});
  const shared_access through_both = any_shared_access(p, u.first);
  parent one, other;
  p.on_case([&](const smt::witness& w, const char* failing) {
    return tale_of_two_paths(story(w, "T3", u, failing), w, features, one, other, through_both);
  });
  one = any_parent(p, host, space, u.first, features);
  other = any_parent(p, host, space, u.second, features);
  p.prefer(one.page.frame.value != other.page.frame.value);
  agree(p, host, one, other, through_both);
  p.conclude();
}

constexpr const char* assumptions[] = {
    "A guest's registers are what one write to each can leave, in the order of models/reference/reachable.hpp.",
    "A page's role holds the rights of the path that led to it (T2), and a direct page's whether the large entry has D.",
    "A lookup gives the same answer for the same guest frame (T4).",
};
constexpr const char* production[] = {"core/mmu/role.hpp", "core/mmu/page_hash.hpp", "core/mmu/meaning.cpp",
                                      "core/mmu/guest_format.hpp"};

std::vector<unit> units(tier t) {
  using mmu::paging;
  constexpr parent_kind kinds[] = {
      {paging::none, 2, true},    {paging::bits32, 2, false}, {paging::pae, 2, false},   {paging::level4, 4, false},
      {paging::level4, 3, false}, {paging::level4, 2, false}, {paging::level4, 2, true},
  };
  std::vector<unit> all;
  for (std::size_t a = 0; a < std::size(kinds); ++a) {
    for (std::size_t b = a; b < std::size(kinds); ++b) {
      for (unsigned width = 32; width <= 52; ++width) {
        if (t == tier::quick && width != 36 && width != 40) continue;
        unit u;
        u.first = kinds[a];
        u.second = kinds[b];
        u.second.maxphyaddr = width;
        all.push_back(u);
      }
    }
  }
  return all;
}

}  // namespace

extern const theorem role_theorem{
    "T3",
    "role",
    "Of two guest entries, under any registers and at any two moments, that lead to one shadow page: both find the "
    "same memory below it, the same bits reserved, and allow the same accesses.",
    assumptions,
    production,
    units,
    body,
};

}  // namespace umbra::proofs
