// A page fault that the processor reported while it ran on shadow tables.

#include <word/array.hpp>

#include "core/mmu/guest_format.hpp"
#include "core/mmu/mmu.hpp"
#include "core/mmu/shadow_format.hpp"
#include "core/platform/assert.hpp"
#include "core/platform/lock.hpp"

namespace umbra::mmu {

/// What a walk of the guest's tables comes to for an access that memory serves: `resume` if they lead there, and `to`
/// says to what.
outcome mmu::conclude(const context& c, gva where, const access& by, const walk& w, memory::lookup& to) {
  outcome out;
  // A table may be shadowed in another format, too, where these bits belong to an address: the upper half of a 64-bit entry
  // is a 32-bit one.
  for (const step& s : w.steps) {
    if (s.set) sync_written(*memory_.frame_at(frame_of(s.where)), offset_in_page(s.where.value), entry_bytes(c.mode.format));
  }
  if (w.result == walk_result::lost) {
    ++counters_.pf_retry;
    out.next = verdict::retry;
    return out;
  }
  if (w.result == walk_result::fault) {
    ++counters_.pf_guest;
    out.next = verdict::inject;
    out.error_code = w.error_code;
    out.fault = where;
    return out;
  }
  to = memory_.find(w.frame);
  if (to.backing == nullptr || both(by.write, to.read_only)) {
    ++counters_.pf_mmio;
    out.next = verdict::mmio;
    out.address = address_of(w.frame) + offset_in_page(where.value);
  }
  return out;
}

outcome mmu::fault(context& c, gva reported, access by) { return serve(c, reported, by, false); }

outcome mmu::unprotect(context& c, gva reported, access by) {
  UMBRA_ASSERT(by.write);
  return serve(c, reported, by, true);
}

outcome mmu::serve(context& c, gva reported, const access& by, bool unprotected) {
  platform::guard locked(host_);
  if (!c.loaded) return {};
  make_room();
  const gva where = linear(c.mode, reported);
  const walk w = walk_guest(memory_, c.mode, where, by);
  memory::lookup to;
  outcome out = conclude(c, where, by, w, to);
  if (out.next == verdict::retry) {
    out.next = verdict::resume;
  } else if (out.next == verdict::resume) {
    out = unprotected ? resolve_unprotected(c, where, by, w, to) : resolve(c, where, by, w, to);
  }
  commit();
  return out;
}

/// Serves a write after the table that it hits was given up. If the write itself needs that table, as a root or on the
/// way, the table is protected again by now, and will be whenever hardware tries.
outcome mmu::resolve_unprotected(context& c, gva where, const access& by, const walk& w, const memory::lookup& to) {
  if (is_shadowed(*to.backing)) ++counters_.unprotected;
  while (to.backing->shadows != nullptr) zap(*to.backing->shadows);
  outcome out;
  if (c.loaded) out = resolve(c, where, by, w, to);
  if (!c.loaded || is_shadowed(*to.backing)) out.next = verdict::emulate;
  return out;
}

/// Serves an access that the guest's tables and memory allow.
outcome mmu::resolve(context& c, gva where, const access& by, const walk& w, const memory::lookup& to) {
  outcome out;
  // Without SMAP a supervisor's leaf may stand in for a read-only user page under CR0.WP=0. With it, that leaf would let
  // later accesses through that SMAP forbids, so there is none.
  const flag hides_user_page =
      both(both(by.write, negate(w.granted.write)), both(w.granted.user, c.mode.smap));
  if (both(by.write, either(is_shadowed(*to.backing), hides_user_page))) {
    ++counters_.pf_emulate;
    out.next = verdict::emulate;
    return out;
  }
  if (page* last = link_path(c, where, w)) {
    const word index = shadow::index(where, 1);
    const meaning m = last->direct ? meaning_of_direct(*last, index) : meaning_of(memory_, *last, index, w.steps[1].entry);
    UMBRA_ASSERT(m.kind == meaning_kind::leaf && m.frame == w.frame);
    set_leaf(*last, index, *to.backing, leaf_rights(*last, m, to, by));
    ++counters_.pf_fixed;
  } else {
    ++counters_.pf_retry;
  }
  return out;
}

/// Links the shadow path for a translated address and returns its level-1 page; null if the guest changed a table before
/// that table was protected, or if the vCPU's roots are out of date.
page* mmu::link_path(context& c, gva where, const walk& w) {
  page* p = c.mode.format == paging::level4 ? c.roots[0] : at(c.roots, field(where.value, 30, 2));
  if (p == nullptr) {
    c.loaded = false;
    return nullptr;
  }
  touch(*p);
  while (p->level > 1) {
    const word index = shadow::index(where, p->level);
    const meaning m =
        p->direct ? meaning_of_direct(*p, index) : meaning_of(memory_, *p, index, w.steps[p->level].entry);
    UMBRA_ASSERT(m.kind == meaning_kind::link);
    const word entry = p->entries->get(index);
    page* below = nullptr;
    if (shadow::present(entry)) {
      below = pool_.find(shadow::target(entry));
      UMBRA_ASSERT(below != nullptr);
      if (!reflects(*below, m)) {
        drop(*p, index);
        below = nullptr;
      }
    }
    if (below == nullptr) {
      bool built;
      below = &find_or_build(c, m.frame, m.role, p->level - 1, m.direct, built);
      if (built && !below->direct) {
        const step& s = w.steps[below->level];
        if (read_entry(host_, c.mode.format, s) != s.entry) return nullptr;
      }
      set_link(*p, index, *below);
    }
    p = below;
    touch(*p);
  }
  return p;
}

}  // namespace umbra::mmu
