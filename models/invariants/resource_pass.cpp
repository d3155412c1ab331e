// Where every page of the pool is.
#include "models/invariants/chain_walk.hpp"
#include "models/invariants/passes.hpp"
#include "models/invariants/scan.hpp"

namespace umbra::invariants::passes {

namespace {

violation wrong(id which, const char* what, unsigned page, std::uint64_t expected, std::uint64_t found) {
  return {which, what, page, 0, expected, found};
}

/// A page that is not live.
violation state(const subject& s, workspace& w, unsigned n) {
  const mmu::page& p = s.view.page_at(n);
  switch (p.state) {
    case mmu::page_state::live:
      return {};
    case mmu::page_state::doomed:
      return wrong(id::i12_resources, "no page waits to be freed once an operation is over", n, 0,
                   static_cast<unsigned>(p.state));
    case mmu::page_state::invalid:
      if (w.roots(n) == 0)
        return wrong(id::i12_resources, "a page that was zapped while it was a root is freed with the last use", n, 1,
                     0);
      break;
    case mmu::page_state::free:
      break;
  }
  if (p.used != 0) return wrong(id::i10_roots, "a page that is not live has no entries", n, 0, p.used);
  violation v;
  const auto visit = [&](unsigned index, std::uint64_t entry) {
    v = {id::i10_roots, "a page that is not live maps nothing", n, index, 0, entry};
    return true;
  };
  scan(*p.entries, s.used.of(*p.entries), visit);
  return v;
}

}  // namespace

violation settled(const subject& s) {
  if (s.view.flush_pending())
    return wrong(id::i11_tlb, "no flush is due once an operation is over", violation::no_page, 0, 1);
  return {};
}

violation resources(const subject& s, workspace& w, depth d) {
  const bool each = d == depth::thorough || w.pool().between != 0 || w.pool().entries != 0;
  for (unsigned n = 0; n < s.view.pages() && each; ++n) {
    const mmu::page& p = s.view.page_at(n);
    if (p.state == mmu::page_state::live) continue;
    if (p.state == mmu::page_state::free && p.used == 0 && d == depth::usual) continue;
    if (const violation v = state(s, w, n)) return v;
  }
  const unsigned free = w.pool().free, rooted = w.rooted();
  if (s.view.free_pages() != free)
    return wrong(id::i12_resources, "the pool knows how many pages are free", violation::no_page, free,
                 s.view.free_pages());
  unsigned met = 0;
  for (const mmu::page* p = s.view.first_free(); p != nullptr; p = p->hash_next) {
    const unsigned n = ordinal_of(s.view, p);
    if (n == s.view.pages())
      return wrong(id::i12_resources, "the free list holds pages of the pool", violation::no_page, 0, n);
    if (p->state != mmu::page_state::free)
      return wrong(id::i12_resources, "the free list holds free pages only", n, 0, static_cast<unsigned>(p->state));
    if (met++ == free) return wrong(id::i12_resources, "the free list holds each page once", n, free, met);
  }
  if (met != free)
    return wrong(id::i12_resources, "the free list holds every free page", violation::no_page, free, met);
  if (rooted + mmu::mmu::free_floor > s.view.pages())
    return wrong(id::i12_resources, "roots leave enough pages to build a path with", violation::no_page,
                 s.view.pages() - mmu::mmu::free_floor, rooted);
  if (d == depth::usual) return {};
  for (unsigned n = 0; n < s.view.contexts(); ++n) {
    const mmu::context* c = s.view.context_at(n);
    if (c == nullptr) continue;
    violation v;
    const auto visit = [&](unsigned index, std::uint64_t entry) {
      if (index < 4) return false;
      v = {id::i10_roots, "a vCPU has four directory pointers and no more", violation::no_page, c->vcpu, 0, entry};
      return true;
    };
    if (scan(*c->pae_roots, s.used.of(*c->pae_roots), visit)) return v;
  }
  return {};
}

}  // namespace umbra::invariants::passes
