// Reverse maps and parents, against the leaves and links that the tables hold.
#include "models/invariants/chain_walk.hpp"
#include "models/invariants/entry_check.hpp"
#include "models/invariants/passes.hpp"

namespace umbra::invariants::passes {

namespace {

violation reverse_map(const subject& s, workspace::frame_record& want) {
  const memory::frame* f = want.core = s.view.memory().frame_at({want.number});
  if (f == nullptr) return {id::i5_reverse_map, "a frame in use has a record", violation::no_page, 0, want.number, 0};
  chain_step at;
  const chain_result r = follow(s.view, f->rmap, want.leaves, at, [&](const mmu::page& p, unsigned index) {
    const std::uint64_t entry = p.entries->get(index);
    return p.level == 1 && (entry & shadow_bits::present) && target_of(entry) == want.number;
  });
  if (r != chain_result::sound)
    return {id::i5_reverse_map, describe(r), at.name ? at.owner : violation::no_page, at.index, want.number, at.name};
  if (f->leaves != want.leaves)
    return {id::i5_reverse_map, "a frame knows how many leaves map it", violation::no_page, 0, want.leaves, f->leaves};
  return {};
}

/// Frames that no leaf maps and that hold no guest table say so; records that are in no use as well.
violation idle_frames(const subject& s, const workspace& w) {
  const memory::frame* busy = nullptr;
  s.view.memory().frames().for_each([&](const memory::frame& f) {
    const bool idle = (f.rmap | f.leaves | reinterpret_cast<std::uintptr_t>(f.shadows)) == 0;
    if (!idle && w.find_frame(f.number.value) == nullptr) busy = &f;  // else looked at by itself
  });
  if (busy == nullptr) return {};
  const bool table = busy->shadows != nullptr;
  return {table ? id::i8_uniqueness : id::i5_reverse_map,
          table ? "a frame that holds no shadowed table lists no shadows"
                : "a frame that no leaf maps has an empty reverse map",
          violation::no_page,
          busy->number.value,
          0,
          table ? 1 : busy->leaves};
}

violation parents(const subject& s, const workspace::page_record& want) {
  const mmu::page& page = *want.facts.page;
  chain_step at;
  const chain_result r = follow(s.view, page.parents, want.parents, at, [&](const mmu::page& p, unsigned index) {
    const std::uint64_t entry = p.entries->get(index);
    return p.level > 1 && (entry & shadow_bits::present) && target_of(entry) == want.facts.table;
  });
  if (r != chain_result::sound) return {id::i6_parents, describe(r), page.ordinal, at.index, want.parents, at.name};
  if (page.parent_count != want.parents)
    return {id::i6_parents, "a page knows how many links lead to it", page.ordinal, 0, want.parents, page.parent_count};
  return {};
}

}  // namespace

violation chains(const subject& s, workspace& w) {
  for (unsigned n = 0; n < w.frames(); ++n) {
    if (const violation v = reverse_map(s, w.frame_at(n))) return v;
  }
  if (const violation v = idle_frames(s, w)) return v;
  for (unsigned n = 0; n < w.live(); ++n) {
    if (const violation v = parents(s, w.page(w.live_at(n)))) return v;
  }
  for (unsigned n = 0; n < s.view.pages() && w.pool().parents != 0; ++n) {
    const mmu::page& p = s.view.page_at(n);
    if (p.state != mmu::page_state::live && (p.parents != 0 || p.parent_count != 0))
      return {id::i6_parents, "no link leads to a page that is not live", n, 0, 0, p.parent_count};
  }
  return {};
}

}  // namespace umbra::invariants::passes
