// What one shadow entry may be: I1, I2, I3, I4, I7a, I7b and I9, judged against the guest's entry, the memory map and
// the page that the entry points at. The full checker and the stepwise one share this; they differ in how they find a
// page or a frame, which `Tables` answers.
#pragma once

#include "core/x86/entry.hpp"
#include "models/invariants/guest_entry.hpp"
#include "models/invariants/permission_table.hpp"

namespace umbra::invariants {

/// Bits of a shadow entry outside the address.
namespace shadow_bits {
constexpr std::uint64_t present = x86::entry::present, write = x86::entry::write, user = x86::entry::user,
                        no_execute = x86::entry::no_execute, software = std::uint64_t{7} << 9,
                        hardware = x86::entry::accessed | x86::entry::dirty,
                        leaf = present | write | user | no_execute | hardware | software,
                        link = present | write | user | hardware | software, link_rights = present | write | user;
}

constexpr std::uint64_t target_of(std::uint64_t shadow_entry) {
  return (shadow_entry & x86::entry::address_mask) >> page_shift;
}

/// The first frame of the run that entry `index` of a page covers, in guest frames from the page's own first one.
constexpr std::uint64_t frames_below(unsigned level, unsigned index) {
  return std::uint64_t{index} << (9 * (level - 1));
}

/// Whether any slot shows this host frame, and whether one of them may be written through.
struct ownership {
  bool shown = false, writable = false;
};
ownership owner_of(const reference::memory_map&, std::uint64_t host_frame);

bool any_log(const reference::memory_map&);

/// The number of the first logged slot that shows the frame and whose log does not have it, or `no_slot`.
constexpr unsigned no_slot = reference::memory_map::limit;
unsigned unlogged_slot(const subject&, std::uint64_t host_frame);

/// Needs of Tables:
///   const page_facts* live_table(std::uint64_t host_frame)  the live page whose table is there, or null
///   bool holds_guest_table(std::uint64_t host_frame)        some live non-direct page shadows the frame
///
/// Verdict is `violation`; or `alarm`, for whoever looks at many entries, of which hardly any is wrong.
template <class Tables, class Verdict = violation>
class entry_check {
 public:
  entry_check(const subject& s, const permission_table& permissions, Tables& tables)
      : s_(s), permissions_(permissions), tables_(tables), logs_(any_log(s.map)) {}

  /// A present entry of a live page. `target` is set for a link that points at a live page.
  Verdict operator()(const page_facts& p, unsigned index, std::uint64_t entry, const page_facts*& target) const {
    target = nullptr;
    return p.level == 1 ? leaf(p, index, entry) : link(p, index, entry, target);
  }

 private:
  static Verdict wrong(id which, const char* what, const page_facts& p, unsigned index, std::uint64_t expected,
                       std::uint64_t found) {
    return {which, what, p.page->ordinal, index, expected, found};
  }
  bool suspended(const page_facts& p, unsigned index) const { return s_.suspended.covers(p.page->ordinal, index); }

  static constexpr unsigned rights_of(std::uint64_t entry) {
    return ((entry & shadow_bits::write) ? right::write : 0) | ((entry & shadow_bits::user) ? right::user : 0) |
           ((entry & shadow_bits::no_execute) ? 0 : right::execute);
  }
  bool grants_no_more(const page_facts& p, unsigned leaf, unsigned path) const {
    return permissions_.grants_no_more(leaf, path, p.mode.wp() || p.mode.format() == mmu::paging::none, p.mode.smep(),
                                       p.mode.smap());
  }

  Verdict leaf(const page_facts& p, unsigned index, std::uint64_t entry) const {
    if (entry & ~(shadow_bits::leaf | x86::entry::address_mask))
      return wrong(id::i1_containment, "a leaf is write-back, 4 KiB, not global and has no reserved bit set", p, index,
                   entry & (shadow_bits::leaf | x86::entry::address_mask), entry);
    const std::uint64_t target = target_of(entry);
    const bool writable = entry & shadow_bits::write;
    bool known = false;
    const Verdict v =
        p.direct ? direct_leaf(p, index, entry, target, known) : guest_leaf(p, index, entry, target, known);
    if (!known) {
      // Where the leaf belongs in guest-physical memory is not known; that it maps the VM's own memory must hold even
      // so.
      const ownership owner = owner_of(s_.map, target);
      if (!owner.shown)
        return wrong(id::i1_containment, "a leaf maps a frame of one of the VM's slots", p, index, 0, entry);
      if (writable && !owner.writable)
        return wrong(id::i1_containment, "a leaf does not let the guest write read-only memory", p, index,
                     entry & ~shadow_bits::write, entry);
    }
    if (v) return v;
    if (!writable) return {};
    if (tables_.holds_guest_table(target))
      return wrong(id::i3_write_protection, "no leaf maps a shadowed guest table writable", p, index,
                   entry & ~shadow_bits::write, entry);
    if (const unsigned slot = logs_ ? unlogged_slot(s_, target) : no_slot; slot != no_slot)
      return wrong(
          id::i4_dirty_log,
          "a frame that a leaf maps writable is dirty in the log of each slot that shows it (expected: the slot)", p,
          index, slot, entry);
    return {};
  }

  /// The leaf's place in guest-physical memory is known: what does slot lookup say?
  /// `known` is set where it says that this is the leaf's frame.
  Verdict placed(const page_facts& p, unsigned index, std::uint64_t entry, std::uint64_t target, std::uint64_t frame,
                 id misplaced, bool& known) const {
    const reference::memory_map::answer at = s_.map.find(frame);
    known = at.backed && at.host_frame == target;
    if (!at.backed)
      return wrong(id::i1_containment, "a leaf maps guest memory, not a hole (expected: the guest frame)", p, index,
                   frame, entry);
    if (at.host_frame != target)
      return wrong(misplaced, "a leaf maps the frame that slot lookup gives for its guest frame", p, index,
                   at.host_frame << page_shift, entry);
    if (at.read_only && (entry & shadow_bits::write))
      return wrong(id::i1_containment, "a leaf does not let the guest write read-only memory", p, index,
                   entry & ~shadow_bits::write, entry);
    return {};
  }

  Verdict direct_leaf(const page_facts& p, unsigned index, std::uint64_t entry, std::uint64_t target,
                      bool& known) const {
    if (const Verdict v = placed(p, index, entry, target, p.frame + index, id::i1_containment, known)) return v;
    if (!grants_no_more(p, rights_of(entry), p.access))
      return wrong(id::i2_soundness, "a leaf grants no access that its path denies (expected: the path's rights)", p,
                   index, p.access, entry);
    if ((entry & shadow_bits::write) && !p.dirty && p.mode.format() != mmu::paging::none)
      return wrong(id::i9_accessed_dirty, "a writable leaf under a large page needs the guest's D bit", p, index,
                   entry & ~shadow_bits::write, entry);
    return {};
  }

  Verdict guest_leaf(const page_facts& p, unsigned index, std::uint64_t entry, std::uint64_t target,
                     bool& known) const {
    const guest_entry g = read_guest(p, index);
    Verdict v;
    if (!g.valid)
      v = wrong(id::i2_soundness, "a leaf reflects a guest entry that is present and well formed", p, index, g.raw,
                entry);
    if (!v) v = placed(p, index, entry, target, g.frame, id::i2_soundness, known);
    if (!v && !grants_no_more(p, rights_of(entry), p.access & g.rights))
      v = wrong(id::i2_soundness, "a leaf grants no access that its path denies (expected: the path's rights)", p,
                index, p.access & g.rights, entry);
    if (!v && !g.accessed)
      v = wrong(id::i9_accessed_dirty, "a leaf needs the guest's A bit", p, index, g.raw | x86::entry::accessed, g.raw);
    if (!v && (entry & shadow_bits::write) && !g.dirty)
      v = wrong(id::i9_accessed_dirty, "a writable leaf needs the guest's D bit", p, index, g.raw | x86::entry::dirty,
                g.raw);
    if (!v || !suspended(p, index)) return v;
    // What the guest's entry was when the leaf was made is not known; the rights of the path above it still are.
    for (unsigned by_entry = 0; by_entry <= right::all; ++by_entry) {
      if (grants_no_more(p, rights_of(entry), p.access & by_entry)) return {};
    }
    return wrong(id::i2_soundness,
                 "a leaf grants no access that the path above its table denies (expected: the path's rights)", p, index,
                 p.access, entry);
  }

  Verdict link(const page_facts& p, unsigned index, std::uint64_t entry, const page_facts*& target) const {
    if ((entry & ~(shadow_bits::link | x86::entry::address_mask)) ||
        (entry & shadow_bits::link_rights) != shadow_bits::link_rights)
      return wrong(id::i7a_child, "a link is present, writable, user and nothing else", p, index,
                   (entry & x86::entry::address_mask) | shadow_bits::link_rights, entry);
    const page_facts* child = tables_.live_table(target_of(entry));
    if (child == nullptr) return wrong(id::i7a_child, "a link's target is a live page", p, index, 0, entry);
    target = child;
    if (const Verdict v = kin(p, index, *child)) return v;
    if (p.direct) return {};
    const Verdict v = promised(p, index, *child);
    return v && suspended(p, index) ? Verdict{} : v;
  }

  /// I7a: what can be said of a child without the guest's entry.
  Verdict kin(const page_facts& p, unsigned index, const page_facts& c) const {
    const auto is = [&](const char* what, std::uint64_t expected, std::uint64_t found) {
      return wrong(id::i7a_child, what, p, index, expected, found);
    };
    if (c.level != p.level - 1) return is("a child is one level below", p.level - 1u, c.level);
    if (c.mode != p.mode) return is("a child is for the same paging mode", p.mode.bits, c.mode.bits);
    if (c.access & ~p.access) return is("a child inherits no right that its parent lacks", p.access, c.access);
    if (p.direct) {
      if (!c.direct) return is("a child of a direct page is direct", 1, 0);
      if (c.frame != p.frame + frames_below(p.level, index))
        return is("a direct child maps its part of the run", p.frame + frames_below(p.level, index), c.frame);
      if (c.access != p.access) return is("a direct child has its parent's rights", p.access, c.access);
      if (c.dirty != p.dirty) return is("a direct child may be written as its parent may", p.dirty, c.dirty);
      return {};
    }
    const bool split = p.mode.format() == mmu::paging::bits32;  // one guest entry, two shadow entries
    const unsigned half = split ? index & 1 : 0;
    if (!c.direct) {
      if (c.quadrant != half) return is("a child is its half of the guest's table", half, c.quadrant);
      return {};
    }
    const std::uint64_t run = frames_below(p.level, 1);
    if (c.frame & (run - 1))
      return is("a direct child starts at a multiple of its size", c.frame & ~(run - 1), c.frame);
    if (split && (c.frame >> 9 & 1) != half)
      return is("a direct child is its half of a 4-MiB page", c.frame ^ 512, c.frame);
    return {};
  }

  /// I7b and I9: the child is what the guest's entry says now.
  Verdict promised(const page_facts& p, unsigned index, const page_facts& c) const {
    const guest_entry g = read_guest(p, index);
    const auto is = [&](const char* what, std::uint64_t expected, std::uint64_t found) {
      return wrong(id::i7b_guest, what, p, index, expected, found);
    };
    if (!g.valid) return is("a link reflects a guest entry that is present and well formed", g.raw, c.frame);
    if (c.direct != g.large)
      return is("a link leads to a direct page exactly where the guest has a large page", g.large, c.direct);
    if (!g.accessed)
      return wrong(id::i9_accessed_dirty, "a link needs the guest's A bit", p, index, g.raw | x86::entry::accessed,
                   g.raw);
    unsigned inherited = p.access & g.rights;
    if (g.large) {
      const bool split = p.mode.format() == mmu::paging::bits32;
      const std::uint64_t frame = g.frame + (split ? (index & 1) * 512 : 0);
      if (c.frame != frame) return is("a direct page maps the frames of the large page", frame, c.frame);
      if (c.dirty && !g.dirty)
        return wrong(id::i9_accessed_dirty, "a direct page that may be written needs the guest's D bit", p, index,
                     g.raw | x86::entry::dirty, g.raw);
      // A walk for another shadow of this table, or for the other half of a 4-MiB page, may have set D since: the child
      // then grants less than it could, which is sound.
      if (!c.dirty) inherited &= ~right::write;
    } else {
      const reference::memory_map::answer at = s_.map.find(g.frame);
      if (!at.backed || c.frame != at.canonical)
        return is("a link leads to the shadow of the table that the guest names", at.canonical, c.frame);
    }
    if (c.access != inherited) return is("a child inherits exactly the rights of its path", inherited, c.access);
    return {};
  }

  const subject& s_;
  const permission_table& permissions_;
  Tables& tables_;
  bool logs_;  ///< some slot is logged
};

}  // namespace umbra::invariants
