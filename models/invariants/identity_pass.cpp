// Which live pages there are, by every list that claims to know.
#include "models/invariants/chain_walk.hpp"
#include "models/invariants/passes.hpp"

namespace umbra::invariants::passes {

namespace {

violation wrong(const char* what, unsigned page, std::uint64_t index, std::uint64_t expected, std::uint64_t found) {
  return {id::i8_uniqueness, what, page, index, expected, found};
}

violation unique(workspace& w) {
  for (unsigned n = 0; n < w.live(); ++n) {
    const unsigned page = w.live_at(n), first = w.add_identity(page);
    if (first != page)
      return wrong("there is one live page for each (gfn, role) (expected: the other page)", page, 0, first, page);
    const workspace::page_record& want = w.page(page);
    if (want.facts.page->used != want.entries)
      return wrong("a page knows how many entries it has", page, 0, want.entries, want.facts.page->used);
  }
  return {};
}

violation hash(const subject& s, workspace& w) {
  unsigned met = 0;
  for (unsigned b = 0; b < s.view.buckets(); ++b) {
    for (const mmu::page* p = s.view.bucket(b); p != nullptr; p = p->hash_next) {
      const unsigned n = ordinal_of(s.view, p);
      if (n == s.view.pages()) return wrong("the hash holds pages of the pool", violation::no_page, b, 0, n);
      if (p->state != mmu::page_state::live)
        return wrong("the hash holds live pages only", n, b, static_cast<unsigned>(mmu::page_state::live),
                     static_cast<unsigned>(p->state));
      if (w.page(n).hashed == w.check()) return wrong("a page is in the hash once", n, b, 1, 2);
      w.page(n).hashed = w.check();
      ++met;
    }
  }
  if (met != w.live()) return wrong("the hash holds every live page", violation::no_page, 0, w.live(), met);
  return {};
}

violation list(const subject& s, const workspace& w) {
  unsigned met = 0;
  const mmu::page* newer = nullptr;
  for (const mmu::page* p = s.view.newest(); p != nullptr; newer = p, p = p->older) {
    const unsigned n = ordinal_of(s.view, p);
    if (n == s.view.pages()) return wrong("the list by use holds pages of the pool", violation::no_page, met, 0, n);
    if (p->state != mmu::page_state::live)
      return wrong("the list by use holds live pages only", n, met, static_cast<unsigned>(mmu::page_state::live),
                   static_cast<unsigned>(p->state));
    if (p->newer != newer)
      return wrong("the list by use is the same in both directions", n, met, newer ? newer->ordinal : 0,
                   p->newer ? ordinal_of(s.view, p->newer) : 0);
    if (met++ == w.live()) return wrong("the list by use holds each page once", n, met, w.live(), met);
  }
  if (s.view.oldest() != newer)
    return wrong("the list by use ends with the oldest page", violation::no_page, 0, newer ? newer->ordinal : 0, 0);
  if (met != w.live()) return wrong("the list by use holds every live page", violation::no_page, 0, w.live(), met);
  if (s.view.live_pages() != w.live())
    return wrong("the MMU knows how many pages are live", violation::no_page, 0, w.live(), s.view.live_pages());
  return {};
}

/// chains() has seen that the core has a record of the frame.
violation shadows(const subject& s, const workspace::frame_record& want) {
  const memory::frame* f = want.core;
  if (f->shadows == nullptr && want.shadows == 0) return {};
  unsigned met = 0;
  for (const mmu::page* p = f->shadows; p != nullptr; p = p->next_shadow) {
    const unsigned n = ordinal_of(s.view, p);
    if (n == s.view.pages()) return wrong("a frame's shadows are pages of the pool", violation::no_page, met, 0, n);
    if (p->state != mmu::page_state::live || p->backing != f)
      return wrong("a frame's shadows are the live pages of its table", n, met, want.number,
                   p->backing ? p->backing->number.value : 0);
    if (met++ == want.shadows) break;
  }
  if (met != want.shadows)
    return wrong("a frame lists each shadow of its table once", violation::no_page, want.number, want.shadows, met);
  return {};
}

violation all_shadows(const subject& s, const workspace& w) {
  for (unsigned n = 0; n < w.frames(); ++n) {
    if (const violation v = shadows(s, w.frame_at(n))) return v;
  }
  return {};
}

}  // namespace

violation identities(const subject& s, workspace& w) {
  if (const violation v = unique(w)) return v;
  if (const violation v = hash(s, w)) return v;
  if (const violation v = list(s, w)) return v;
  return all_shadows(s, w);
}

}  // namespace umbra::invariants::passes
