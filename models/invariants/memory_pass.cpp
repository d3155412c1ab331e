// Slots, aliases and logs, against the VMM's own account of them.
#include "models/invariants/passes.hpp"

namespace umbra::invariants::passes {

namespace {

violation wrong(id which, const char* what, unsigned slot, std::uint64_t expected, std::uint64_t found) {
  return {which, what, violation::no_page, slot, expected, found};
}

violation slot(const subject& s, unsigned n) {
  const memory::slot& have = s.view.memory().slot_at(n);
  const reference::region& want = s.map.slots[n];
  if (have.pages != want.pages)
    return wrong(id::i1_containment, "a slot has the pages that the VMM gave it", n, want.pages, have.pages);
  if (want.pages == 0) return {};
  const umbra::memory::range& at = s.view.memory().layout().slot_at(n);
  if (at.base.value != want.base || at.pages != have.pages)
    return wrong(id::i1_containment, "a slot is where the VMM put it", n, want.base, at.base.value);
  if (have.read_only != want.read_only)
    return wrong(id::i1_containment, "a slot is read-only if the VMM made it so", n, want.read_only, have.read_only);
  if ((have.dirty != nullptr) != want.logged)
    return wrong(id::i4_dirty_log, "a slot has a log exactly while it is logged", n, want.logged,
                 have.dirty != nullptr);
  return {};
}

/// Counts in `shown` the frames that this slot is the first to show.
violation places(const subject& s, unsigned n, std::uint64_t& shown) {
  const memory::slot& have = s.view.memory().slot_at(n);
  const reference::region& want = s.map.slots[n];
  for (std::uint64_t i = 0; i < want.pages; ++i) {
    const memory::place& p = have.places[i];
    const std::uint64_t frame = want.frame_at(i);
    if (p.backing == nullptr || p.backing->number.value != frame)
      return wrong(id::i1_containment, "each page of a slot names the frame that the VMM gave", n, frame,
                   p.backing ? p.backing->number.value : 0);
    if (p.pinned.value != frame || p.owner != &have)
      return wrong(id::i1_containment, "each page of a slot keeps its frame pinned", n, frame, p.pinned.value);
    if (s.view.memory().frame_at(p.pinned) != p.backing)
      return wrong(id::i1_containment, "a frame has one record", n, frame, p.pinned.value);
    bool listed = false;
    unsigned bound = reference::memory_map::limit;
    for (const memory::place* q = p.backing->places; q != nullptr && bound-- > 0; q = q->next_on_frame)
      listed |= q == &p;
    if (!listed) return wrong(id::i1_containment, "a frame knows each slot that shows it", n, frame, 0);
    shown += p.backing->places == &p;
  }
  return {};
}

}  // namespace

violation logs(const subject& s) {
  for (unsigned n = 0; n < s.view.memory().slots() && n < s.written.size(); ++n) {
    const umbra::memory::slot& have = s.view.memory().slot_at(n);
    if (have.dirty == nullptr || s.written[n] == nullptr) continue;
    for (std::uint64_t unit = 0; unit < have.pages / 64 + (have.pages % 64 != 0); ++unit) {
      const std::uint64_t must = s.written[n][unit];
      if ((must & ~have.dirty[unit]) != 0)
        return wrong(id::i4_dirty_log, "every write counts: a written page is in the log (64 pages a word)", n, must,
                     have.dirty[unit]);
    }
  }
  return {};
}

violation memory(const subject& s, depth d) {
  const umbra::memory::space& have = s.view.memory();
  std::uint64_t shown = 0;
  for (unsigned n = 0; n < have.slots() && n < s.map.limit; ++n) {
    if (const violation v = slot(s, n)) return v;
    if (d == depth::usual) continue;
    if (const violation v = places(s, n, shown)) return v;
  }
  const std::uint64_t kept = have.frames().records() - have.frames().unused();
  if (d == depth::thorough && kept != shown)
    return wrong(id::i12_resources, "a frame that no slot shows any more has no record", 0, shown, kept);
  for (unsigned n = 0; n < have.aliases() && n < s.map.limit; ++n) {
    const umbra::memory::alias& a = have.layout().alias_at(n);
    const reference::alias_region& want = s.map.aliases[n];
    if (a.pages != want.pages || (a.pages != 0 && (a.base.value != want.base || a.target.value != want.target)))
      return wrong(id::i1_containment, "an alias is what the VMM made it", n, want.base, a.base.value);
  }
  return logs(s);
}

}  // namespace umbra::invariants::passes
