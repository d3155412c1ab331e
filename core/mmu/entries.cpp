// Shadow entries: every change to one goes through here, with the chains that it belongs to.

#include "core/mmu/guest_format.hpp"
#include "core/mmu/mmu.hpp"
#include "core/mmu/shadow_format.hpp"
#include "core/platform/assert.hpp"

namespace umbra::mmu {

namespace {

/// Whether some access that `had` allows is denied by `now`. U cuts both ways: to set it takes the page from a supervisor
/// under SMEP and SMAP.
flag takes_away(const rights& had, const rights& now) {
  return either(had.user != now.user,
                either(both(had.write, negate(now.write)), both(had.execute, negate(now.execute))));
}

}  // namespace

void mmu::drop(page& p, word index) {
  const word old = p.entries->exchange(index, word{0});
  UMBRA_ASSERT(shadow::present(old) && p.used > 0);
  --p.used;
  flush_pending_ = true;
  if (p.level > 1) {
    page* target = pool_.find(shadow::target(old));
    UMBRA_ASSERT(target != nullptr && target->parent_count > 0);
    chain::remove(pool_, target->parents, p, index);
    --target->parent_count;
  } else {
    memory::frame* mapped = memory_.frame_at(shadow::target(old));
    UMBRA_ASSERT(mapped != nullptr && mapped->leaves > 0);
    chain::remove(pool_, mapped->rmap, p, index);
    --mapped->leaves;
  }
}

void mmu::drop_leaves(memory::frame& f) {
  while (f.rmap != word{0}) {
    const entry_ref leaf = chain::at(pool_, f.rmap);
    drop(*leaf.owner, leaf.index);
  }
}

void mmu::set_link(page& p, word index, page& target) {
  UMBRA_ASSERT(p.level == target.level + 1 && target.state == page_state::live);
  p.entries->set(index, shadow::link(target.where));
  ++p.used;
  chain::insert(pool_, target.parents, p, index);
  ++target.parent_count;
}

void mmu::set_leaf(page& p, word index, memory::frame& f, rights r) {
  UMBRA_ASSERT(p.level == 1);
  const word fresh = shadow::leaf(f.number, r);
  const word old = p.entries->get(index);
  if (shadow::present(old)) {
    if (shadow::target(old) == f.number) {
      p.entries->exchange(index, fresh);
      if (takes_away(shadow::rights_of(old), r)) flush_pending_ = true;
      return;
    }
    drop(p, index);
  }
  p.entries->set(index, fresh);
  ++p.used;
  chain::insert(pool_, f.rmap, p, index);
  ++f.leaves;
}

void mmu::write_protect(memory::frame& f) {
  for (word name = f.rmap; name != word{0};) {
    const entry_ref leaf = chain::at(pool_, name);
    name = chain::next(leaf);
    const word old = leaf.owner->entries->get(leaf.index);
    if (!shadow::writable(old)) continue;
    rights r = shadow::rights_of(old);
    r.write = false;
    leaf.owner->entries->exchange(leaf.index, shadow::leaf(f.number, r));
    flush_pending_ = true;
  }
}

/// The rights of a leaf that is to serve an access which the guest's tables allow. Writing is granted no sooner than it
/// may happen unseen: the guest's D bit is set, the frame holds no guest table, and every log that shows it knows.
rights mmu::leaf_rights(const page& p, const meaning& m, const memory::lookup& to, const access& by) {
  // Only a supervisor with CR0.WP=0 writes what the tables call read-only. A user must not get the right to write with
  // it, so the page becomes a supervisor's, which in turn must not make it executable where SMEP forbids that.
  const flag trick = both(by.write, negate(m.granted.write));
  UMBRA_ASSERT(negate(both(trick, either(by.user, p.role.wp()))));
  rights r = m.granted;
  r.write = either(r.write, trick);
  r.execute = both(r.execute, negate(both(trick, both(p.role.smep(), m.granted.user))));
  r.user = both(r.user, negate(trick));
  r.write = both(both(r.write, m.dirty), negate(either(is_shadowed(*to.backing), to.read_only)));
  if (r.write) {
    if (by.write) {
      memory_.mark_dirty(*to.backing);
    } else if (memory_.needs_dirty(*to.backing)) {
      r.write = false;
    }
  }
  return r;
}

bool mmu::reflects(const page& target, const meaning& m) const {
  if (m.kind != meaning_kind::link) return false;
  return static_cast<bool>(both(target.frame == m.frame, target.role == m.role));
}

void mmu::sync_written(memory::frame& f, word offset, unsigned bytes) {
  for (page* p = f.shadows; p != nullptr; p = p->next_shadow) sync_range(*p, offset, bytes);
}

void mmu::sync_range(page& p, word offset, unsigned bytes) {
  const unsigned shift = entry_bytes(p.format) == 4 ? 2 : 3;
  const word last = (offset + (bytes - 1)) >> shift;
  for (word guest = offset >> shift; guest <= last; guest = guest + 1) sync(p, guest);
}

void mmu::sync(page& p, word guest) {
  const unsigned bytes = entry_bytes(p.format);
  const hpa where = address_of(p.backing->number) + guest * bytes;
  word index = guest;
  if (p.format == paging::bits32) {
    // 1024 guest entries are spread over two pages at level 1, and over four with two entries each at level 2.
    if ((guest >> (p.level == 1 ? 9 : 8)) != p.role.quadrant()) return;
    if (p.level > 1) return sync_halves(p, field(guest, 0, 8) << 1, where);
    index = field(guest, 0, 9);
  }
  if (shadow::present(p.entries->get(index))) sync_entry(p, index, platform::read(host_, where, bytes));
}

void mmu::sync_halves(page& p, word first, hpa where) {
  const word second = first + 1;
  if (both(negate(shadow::present(p.entries->get(first))), negate(shadow::present(p.entries->get(second))))) return;
  // Both halves follow from one read: a racing write must not split them.
  const word entry = platform::read(host_, where, entry_bytes(p.format));
  if (shadow::present(p.entries->get(first))) sync_entry(p, first, entry);
  if (shadow::present(p.entries->get(second))) sync_entry(p, second, entry);
}

void mmu::sync_entry(page& p, word index, word guest_entry) {
  const meaning m = meaning_of(memory_, p, index, guest_entry);
  if (p.level > 1) {
    const page* target = pool_.find(shadow::target(p.entries->get(index)));
    UMBRA_ASSERT(target != nullptr);
    if (!reflects(*target, m)) drop(p, index);
    return;
  }
  const memory::lookup to = m.kind == meaning_kind::leaf ? memory_.find(m.frame) : memory::lookup{};
  if (to.backing == nullptr) {
    drop(p, index);
    return;
  }
  ++counters_.pte_updated;
  set_leaf(p, index, *to.backing, leaf_rights(p, m, to, access{}));
}

}  // namespace umbra::mmu
