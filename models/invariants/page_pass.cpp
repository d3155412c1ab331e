// Live pages and their entries.
#include "models/invariants/entry_check.hpp"
#include "models/invariants/passes.hpp"
#include "models/invariants/scan.hpp"

namespace umbra::invariants::passes {

namespace {

/// Finds pages and frames in what the check has rebuilt.
struct rebuilt {
  workspace& w;

  const page_facts* live_table(std::uint64_t host_frame) const {
    const workspace::page_record* p = w.table_at(host_frame);
    return p == nullptr ? nullptr : &p->facts;
  }
  bool holds_guest_table(std::uint64_t host_frame) const {
    const workspace::frame_record* f = w.find_frame(host_frame);
    return f != nullptr && f->shadows != 0;
  }
};

violation too_many_frames(const page_facts& p) {
  return {id::i12_resources,      "the frames in use fit into the checker's workspace",
          p.page->ordinal,        0,
          workspace::frame_limit, workspace::frame_limit + 1};
}

}  // namespace

violation pages(const subject& s, workspace& w) {
  const unsigned count = s.view.pages();
  if (count > workspace::page_limit)
    return {id::i12_resources,     "the pool's pages fit into the checker's workspace",
            violation::no_page,    0,
            workspace::page_limit, count};
  workspace::survey& pool = w.pool();
  for (unsigned n = 0; n < count; ++n) {
    const mmu::page& p = s.view.page_at(n);
    if (p.ordinal != n) return {id::i12_resources, "a page knows its place in the pool", n, 0, n, p.ordinal};
    pool.roots += p.root_count;
    if (p.state != mmu::page_state::live) {
      (p.state == mmu::page_state::free ? pool.free : pool.between) += 1;
      pool.parents |= p.parents | p.parent_count;
      pool.entries |= p.used;
      continue;
    }
    page_facts& facts = w.page(n).facts;
    if (questionable(s, w.roles(), p, facts)) [[unlikely]]
      return decode(s, w.roles(), p, facts);
    if (!w.add_live(n)) return {id::i8_uniqueness, "each live page has a table of its own", n, 0, 0, facts.table};
    if (facts.direct) continue;
    workspace::frame_record* f = w.frame(facts.guest_frame);
    if (f == nullptr) return too_many_frames(facts);
    ++f->shadows;
  }
  return {};
}

violation entries(const subject& s, workspace& w) {
  rebuilt tables{w};
  const entry_check<rebuilt, alarm> sound{s, w.permissions(), tables};
  violation first;
  for (unsigned n = 0; n < w.live(); ++n) {
    const page_facts& p = w.page(w.live_at(n)).facts;
    unsigned used = 0;
    const auto visit = [&](unsigned index, std::uint64_t entry) {
      if ((entry & shadow_bits::present) == 0) {
        first = {id::i1_containment, "an entry that is not present is zero (L1TF)", p.page->ordinal, index, 0, entry};
        return true;
      }
      ++used;
      const page_facts* target;
      if (sound(p, index, entry, target)) [[unlikely]] {
        first = entry_check<rebuilt>{s, w.permissions(), tables}(p, index, entry, target);
        return true;
      }
      if (p.level > 1) {
        ++w.page(target->page->ordinal).parents;
        return false;
      }
      workspace::frame_record* f = w.frame(target_of(entry));
      if (f == nullptr) {
        first = too_many_frames(p);
        return true;
      }
      ++f->leaves;
      return false;
    };
    if (scan(*p.page->entries, s.used.of(*p.page->entries), visit)) return first;
    w.page(w.live_at(n)).entries = used;
  }
  return {};
}

}  // namespace umbra::invariants::passes
