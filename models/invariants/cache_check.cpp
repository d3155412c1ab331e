// What processors have cached, against what the shadow tables say now.
#include "models/invariants/caches.hpp"
#include "models/invariants/chain_walk.hpp"
#include "models/invariants/entry_check.hpp"

namespace umbra::invariants {

namespace {

const mmu::context* context_of(const mmu::view& view, unsigned vcpu) {
  for (unsigned n = 0; n < view.contexts(); ++n) {
    const mmu::context* c = view.context_at(n);
    if (c != nullptr && c->vcpu == vcpu) return c;
  }
  return nullptr;
}

}  // namespace

/// Reads the entry for `gva` in the page that the path has come to.
void cache_check::read(reached& at, std::uint64_t gva) {
  at.entry = 0;
  if (at.page->level == 0 || at.page->level > 4) return;
  at.index = static_cast<unsigned>(gva >> (12 + 9 * (at.page->level - 1)) & 511);
  const std::uint64_t entry = at.page->entries->get(at.index);
  if ((entry & shadow_bits::present) == 0) return;
  at.entry = entry;
  at.write &= (entry & shadow_bits::write) != 0;
  at.user &= (entry & shadow_bits::user) != 0;
  at.execute &= (entry & shadow_bits::no_execute) == 0;
}

/// Follows `gva` down to the entry in the table at `level`.
cache_check::reached cache_check::walk(const mmu::context& c, std::uint64_t gva, unsigned level) const {
  reached at;
  at.page = c.roots[c.mode.format == mmu::paging::level4 ? 0 : gva >> 30 & 3];
  if (at.page == nullptr) return at;
  for (;;) {
    read(at, gva);
    if (at.entry == 0 || at.page->level <= level) return at;
    const mmu::page* below = s_.view.page_of({target_of(at.entry)});
    if (below == nullptr || below->level + 1 != at.page->level) {
      at.entry = 0;
      return at;
    }
    at.page = below;
  }
}

/// The same for leaves, of which many share a path.
cache_check::reached cache_check::leaf(const mmu::context& c, std::uint64_t gva) {
  constexpr unsigned shared_bits = 21;
  const std::uint64_t prefix = gva >> shared_bits, key = (prefix << 8 | c.vcpu) + 1;
  const std::size_t place = (prefix ^ prefix >> 9 ^ c.vcpu * 7) % paths_.size();
  path& known = paths_[place];
  reached at;
  if (keys_[place] == key) {
    at = {known.page, 0, 0, known.write, known.user, known.execute};
    read(at, gva);
    return at;
  }
  const reached above = walk(c, gva, 2);
  if (above.entry == 0 || above.page->level != 2) return walk(c, gva, 1);
  const mmu::page* below = s_.view.page_of({target_of(above.entry)});
  if (below == nullptr || below->level != 1) return {above.page, above.index};
  keys_[place] = key;
  known = {below, above.write, above.user, above.execute};
  at = {below, 0, 0, above.write, above.user, above.execute};
  read(at, gva);
  return at;
}

template <class Cached>
bool cache_check::covers(const reached& at, const Cached& c) {
  return at.write >= c.write && at.user >= c.user && at.execute >= c.execute;
}

violation cache_check::wrong(id which, const char* what, const reached& at, std::uint64_t expected,
                             std::uint64_t found) {
  return {which, what, at.page ? at.page->ordinal : violation::no_page, at.index, expected, found};
}

violation cache_check::translation(const cached_translation& t) {
  const mmu::context* c = context_of(s_.view, t.vcpu);
  if (c == nullptr) return {};
  const reached at = leaf(*c, t.gva);
  if (at.entry == 0)
    return wrong(id::i11_tlb, "a cached translation is still mapped (found: its address)", at, 0, t.gva);
  if (target_of(at.entry) != t.frame)
    return wrong(id::i11_tlb, "a cached translation leads where the shadow tables lead", at, at.entry,
                 t.frame << page_shift);
  if (!covers(at, t))
    return wrong(id::i11_tlb,
                 "a cached translation grants no right that the shadow tables have lost (found: its address)", at,
                 at.entry, t.gva);
  return {};
}

violation cache_check::structure(const cached_structure& e) {
  const mmu::context* c = context_of(s_.view, e.vcpu);
  if (c == nullptr) return {};
  const reached at = walk(*c, e.gva, e.level);
  const mmu::page* target = s_.view.page_of({e.table});
  if (target == nullptr || target->state != mmu::page_state::live)
    return wrong(id::i10_roots, "a page is not freed while a structure cache refers to it (found: its table)", at, 0,
                 e.table << page_shift);
  if (at.entry == 0)
    return wrong(id::i11_tlb, "a cached structure entry is still there (found: its address)", at, 0, e.gva);
  if (target_of(at.entry) != e.table)
    return wrong(id::i11_tlb, "a cached structure entry leads where the shadow tables lead", at, at.entry,
                 e.table << page_shift);
  if (!covers(at, e))
    return wrong(id::i11_tlb,
                 "a cached structure entry grants no right that the shadow tables have lost (found: its address)", at,
                 at.entry, e.gva);
  return {};
}

violation running(const subject& s, unsigned vcpu, std::span<const std::uint64_t, 4> roots) {
  const auto is = [&](const char* what, unsigned page, std::uint64_t expected, std::uint64_t found) {
    return violation{id::i10_roots, what, page, vcpu, expected, found};
  };
  const mmu::context* c = context_of(s.view, vcpu);
  if (c == nullptr) return is("a vCPU in guest mode has a context", violation::no_page, 1, 0);
  if (!c->loaded) return is("a vCPU whose roots are out of date is not in guest mode", violation::no_page, 1, 0);
  for (unsigned n = 0; n < 4; ++n) {
    const mmu::page* root = c->roots[n];
    const std::uint64_t want = root == nullptr ? 0 : root->where.value;
    if (roots[n] != want)
      return is("a processor in guest mode runs on its vCPU's roots", root ? root->ordinal : violation::no_page, want,
                roots[n]);
    if (root != nullptr && root->state != mmu::page_state::live)
      return is("a processor in guest mode runs on live roots", root->ordinal, 0, roots[n]);
  }
  return {};
}

}  // namespace umbra::invariants
