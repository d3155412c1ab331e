// The checks that one operation calls for. What it follows are the core's own lists and indices; the entries that it
// meets are judged as check_all() judges them.
#include "models/invariants/chain_walk.hpp"
#include "models/invariants/entry_check.hpp"
#include "models/invariants/passes.hpp"
#include "models/invariants/scan.hpp"

namespace umbra::invariants {

namespace {

/// Leaves of one frame that a step looks at: with more, check_all() finds what is wrong.
constexpr unsigned leaf_limit = 16;
/// Chains up to this length are followed to their end.
constexpr unsigned chain_limit = 8;

class step_check {
 public:
  step_check(const subject& s, workspace& w) : s_(s), w_(w), check_(s, w.permissions(), *this) {
    for (stop& at : trail_) at.facts.page = nullptr;
  }

  violation path(const touched_path& t) {
    const mmu::context* c = nullptr;
    for (unsigned n = 0; n < s_.view.contexts() && c == nullptr; ++n) {
      const mmu::context* candidate = s_.view.context_at(n);
      if (candidate != nullptr && candidate->vcpu == t.vcpu) c = candidate;
    }
    if (c == nullptr || !c->loaded) return {};
    const mmu::page* root = c->roots[c->mode.format == mmu::paging::level4 ? 0 : t.gva >> 30 & 3];
    if (root == nullptr) return {};
    stop* at = &trail_[root->level <= top_level ? root->level : top_level];
    if (at->facts.page != root) {
      if (const violation v = decode(s_, w_.roles(), *root, at->facts)) return v;
      if (const violation v = reach(*at)) return v;
    }
    for (;;) {
      const unsigned index = static_cast<unsigned>(t.gva >> (12 + 9 * (at->facts.level - 1)) & 511);
      stop& next = trail_[at->facts.level - 1];
      if (at->index != index) {
        const page_facts* below;
        if (const violation v = entry(at->facts, index, below)) return v;
        at->index = index;
        next.facts.page = nullptr;
        if (below != nullptr) {
          next.facts = *below;
          if (const violation v = reach(next)) return v;
        }
      }
      if (next.facts.page == nullptr) return {};
      at = &next;
    }
  }

  violation written(const touched_bytes& t) {
    const memory::frame* f = s_.view.memory().frame_at({t.host_frame});
    if (f == nullptr || t.bytes == 0) return {};
    for (const mmu::page* q = f->shadows; q != nullptr; q = q->next_shadow) {
      page_facts p;
      if (const violation v = decode(s_, w_.roles(), *q, p)) return v;
      if (const violation v = protection(p)) return v;
      const unsigned bytes = guest_entry_bytes(p);
      for (unsigned guest = t.offset / bytes; guest <= (t.offset + t.bytes - 1) / bytes; ++guest) {
        if (const violation v = reflections(p, guest)) return v;
      }
    }
    return {};
  }

  /// The next page in turn, as far as it can be judged by itself.
  violation turn() {
    const unsigned count = s_.view.pages();
    for (unsigned tried = 0; tried < count; ++tried) {
      w_.turn = w_.turn + 1 < count ? w_.turn + 1 : 0;
      if (s_.view.page_at(w_.turn).state == mmu::page_state::live) return whole(s_.view.page_at(w_.turn));
    }
    return {};
  }

  // What entry_check asks.
  const page_facts* live_table(std::uint64_t host_frame) {
    const mmu::page* p = s_.view.page_of({host_frame});
    if (p == nullptr || p->state != mmu::page_state::live) return nullptr;
    child_fault_ = decode(s_, w_.roles(), *p, child_);
    return &child_;
  }
  bool holds_guest_table(std::uint64_t host_frame) const {
    const memory::frame* f = s_.view.memory().frame_at({host_frame});
    return f != nullptr && f->shadows != nullptr;
  }

 private:
  static constexpr unsigned top_level = 4, no_index = ~0u;

  /// A page on the last path, and the entry by which the path went on. The next path shares most of it, as a rule, and
  /// tables do not change during a check.
  struct stop {
    page_facts facts;
    unsigned index;
  };

  /// A path comes to another page.
  violation reach(stop& at) const {
    at.index = no_index;
    return protection(at.facts);
  }

  /// One entry, with its place in the chain that it belongs to.
  violation entry(const page_facts& p, unsigned index, const page_facts*& below) {
    below = nullptr;
    const std::uint64_t e = p.page->entries->get(index);
    if (e == 0) return {};
    if ((e & shadow_bits::present) == 0)
      return {id::i1_containment, "an entry that is not present is zero (L1TF)", p.page->ordinal, index, 0, e};
    child_fault_ = {};
    const violation v = check_(p, index, e, below);
    if (child_fault_) return child_fault_;
    if (v) return v;
    const mmu::page* child = below == nullptr ? nullptr : below->page;
    const memory::frame* f = child != nullptr ? nullptr : s_.view.memory().frame_at({target_of(e)});
    if (child == nullptr && f == nullptr)
      return {id::i5_reverse_map, "a frame in use has a record", p.page->ordinal, index, target_of(e), 0};
    const id which = child != nullptr ? id::i6_parents : id::i5_reverse_map;
    const std::uint64_t head = child != nullptr ? child->parents : f->rmap;
    const unsigned length = child != nullptr ? child->parent_count : f->leaves;
    if (const violation u = chained(p, index, which, head)) return u;
    return length <= chain_limit ? whole_chain(which, p, index, head, length, target_of(e)) : violation{};
  }

  /// The entry's neighbours in its chain name it, or the chain's head does.
  violation chained(const page_facts& p, unsigned index, id which, std::uint64_t head) const {
    constexpr unsigned name_bits = 32;
    const std::uint64_t self = mmu::chain::name(*p.page, index), link = p.page->links->get(index);
    const std::uint64_t before = link >> name_bits, after = link & 0xffff'ffff;
    const std::uint64_t by_before = before == 0 ? head : link_of(before) & 0xffff'ffff;
    if (by_before != self)
      return {which, "an entry's predecessor in its chain names it", p.page->ordinal, index, self, by_before};
    const std::uint64_t by_after = after == 0 ? self : link_of(after) >> name_bits;
    if (by_after != self)
      return {which, "an entry's successor in its chain names it", p.page->ordinal, index, self, by_after};
    return {};
  }
  std::uint64_t link_of(std::uint64_t name) const {
    const std::uint64_t number = name >> 9;
    if (number == 0 || number > s_.view.pages()) return 0;
    return s_.view.page_at(static_cast<unsigned>(number - 1)).links->get(name & 511);
  }

  /// All entries of a chain refer to the same frame or table, and there are as many as the core says.
  violation whole_chain(id which, const page_facts& p, unsigned index, std::uint64_t head, unsigned length,
                        std::uint64_t target) const {
    chain_step at;
    const chain_result r = follow(s_.view, head, length, at, [&](const mmu::page& owner, unsigned n) {
      return (owner.level > 1) == (p.level > 1) && target_of(owner.entries->get(n)) == target;
    });
    if (r == chain_result::sound) return {};
    return {which, describe(r), p.page->ordinal, index, length, at.name};
  }

  /// I3, from the table's side.
  violation protection(const page_facts& p) const {
    if (p.direct) return {};
    unsigned left = leaf_limit;
    for (std::uint64_t name = p.page->backing->rmap; name != 0 && left-- > 0;) {
      const std::uint64_t number = name >> 9;
      if (number == 0 || number > s_.view.pages())
        return {id::i5_reverse_map, describe(chain_result::bad_name), p.page->ordinal, 0, 0, name};
      const mmu::page& owner = s_.view.page_at(static_cast<unsigned>(number - 1));
      const std::uint64_t e = owner.entries->get(name & 511);
      if (e & shadow_bits::write)
        return {id::i3_write_protection, "no leaf maps a shadowed guest table writable",
                owner.ordinal,           name & 511,
                e & ~shadow_bits::write, e};
      name = owner.links->get(name & 511) & 0xffff'ffff;
    }
    return {};
  }

  /// The shadow entries of a page that reflect one guest entry.
  violation reflections(const page_facts& p, unsigned guest) {
    unsigned first = guest, count = 1;
    if (p.mode.format() == mmu::paging::bits32) {
      const unsigned each = p.level == 1 ? 512 : 256;
      if (guest / each != p.quadrant) return {};
      first = p.level == 1 ? guest % each : guest % each * 2;
      count = p.level == 1 ? 1 : 2;
    }
    for (unsigned i = first; i < first + count; ++i) {
      const page_facts* below;
      if (const violation v = entry(p, i, below)) return v;
    }
    return {};
  }

  violation whole(const mmu::page& page) {
    page_facts p;
    if (const violation v = decode(s_, w_.roles(), page, p)) return v;
    violation first;
    scan(*page.entries, s_.used.of(*page.entries), [&](unsigned index, std::uint64_t) {
      const page_facts* below;
      first = entry(p, index, below);
      return static_cast<bool>(first);
    });
    if (first) return first;
    chain_step at;
    const chain_result r = follow(
        s_.view, page.parents, page.parent_count, at,
        [&](const mmu::page& q, unsigned index) { return q.level > 1 && target_of(q.entries->get(index)) == p.table; });
    if (r != chain_result::sound)
      return {id::i6_parents, describe(r), page.ordinal, at.index, page.parent_count, at.name};
    return {};
  }

  const subject& s_;
  workspace& w_;
  entry_check<step_check> check_;
  page_facts child_;
  violation child_fault_;
  std::array<stop, top_level + 1> trail_;  ///< by level
};

}  // namespace

violation check_step(const subject& s, workspace& w, const touched& t) {
  if (t.everything) return check_all(s, w);
  step_check step{s, w};
  for (const touched_path& p : t.paths) {
    if (const violation v = step.path(p)) return v;
  }
  for (const touched_bytes& b : t.writes) {
    if (const violation v = step.written(b)) return v;
  }
  for (unsigned n = 0; n < s.view.contexts(); ++n) {
    const mmu::context* c = s.view.context_at(n);
    if (c == nullptr) continue;
    if (const violation v = passes::roots_of(s, *c)) return v;
  }
  if (const violation v = passes::logs(s)) return v;
  if (const violation v = passes::settled(s)) return v;
  return step.turn();
}

}  // namespace umbra::invariants
