// The checks that one operation calls for. What it follows are the core's own lists and indices; the entries that it
// meets are judged as check_all() judges them.
#include "models/invariants/chain_walk.hpp"
#include "models/invariants/entry_check.hpp"
#include "models/invariants/passes.hpp"

namespace umbra::invariants {

namespace {

/// Leaves of one frame that a step looks at: with more, check_all() finds what is wrong.
constexpr unsigned leaf_limit = 16;
/// Chains up to this length are followed to their end.
constexpr unsigned chain_limit = 8;

class step_check {
 public:
  step_check(const subject& s, workspace& w) : s_(s), w_(w), sound_(s, w.permissions(), *this) {
    facts_.page = nullptr;
  }

  violation stored(const touched_entry& t) {
    // Most words are stored to twice and more: an entry by the core and then by the processor, links by each neighbour.
    const std::uint32_t key = (t.page << 10 | t.index << 1 | t.chain) + 1u;
    std::uint32_t& done = done_[key % done_.size()];
    if (done == key) return {};
    done = key;
    const mmu::page& page = s_.view.page_at(t.page);
    if (page.state != mmu::page_state::live) return gone(page, t.index);
    if (facts_.page != &page) {
      facts_.page = nullptr;
      if (questionable(s_, w_.roles(), page, facts_)) [[unlikely]]
        return decode(s_, w_.roles(), page, facts_);
    }
    const std::uint64_t e = page.entries->get(t.index);
    if (t.chain) return e == 0 ? violation{} : neighbours(t.index, e);
    const page_facts* below;
    if (const violation v = entry(facts_, t.index, below)) return v;
    return below == nullptr ? violation{} : protection(*below);
  }

  /// The roots of the n-th context, unless they are known.
  violation roots(unsigned n, const mmu::context& c) {
    known_roots& known = w_.roots_of(n);
    if (c.vcpu < s_.registers.size() && known.same(c, s_.registers[c.vcpu])) return {};
    known.forget();
    if (const violation v = passes::roots_of(s_, c)) return v;
    for (const mmu::page* root : c.roots) {
      if (root == nullptr || root->state != mmu::page_state::live) continue;
      page_facts p;
      if (const violation v = decode(s_, w_.roles(), *root, p)) return v;
      if (const violation v = protection(p)) return v;
    }
    known.learn(c, s_.registers[c.vcpu]);
    return {};
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

  // What entry_check asks.
  const page_facts* live_table(std::uint64_t host_frame) {
    const mmu::page* p = s_.view.page_of({host_frame});
    if (p == nullptr || p->state != mmu::page_state::live) return nullptr;
    doubtful_child_ = questionable(s_, w_.roles(), *p, child_).raised;
    return &child_;
  }
  bool holds_guest_table(std::uint64_t host_frame) const {
    const memory::frame* f = s_.view.memory().frame_at({host_frame});
    return f != nullptr && f->shadows != nullptr;
  }

 private:
  /// An entry of a page that is not live.
  violation gone(const mmu::page& page, unsigned index) const {
    if (const std::uint64_t e = page.entries->get(index); e != 0)
      return {id::i10_roots, "a page that is not live maps nothing", page.ordinal, index, 0, e};
    if (page.parents != 0 || page.parent_count != 0)
      return {id::i6_parents, "no link leads to a page that is not live", page.ordinal, 0, 0, page.parent_count};
    return {};
  }

  /// The place of an entry of the last page in its chain.
  violation neighbours(unsigned index, std::uint64_t e) const {
    const std::uint64_t target = target_of(e);
    if (facts_.level > 1) {
      const mmu::page* child = s_.view.page_of({target});
      return child == nullptr ? violation{} : chained(facts_, index, id::i6_parents, child->parents);
    }
    const memory::frame* f = s_.view.memory().frame_at({target});
    return f == nullptr ? violation{} : chained(facts_, index, id::i5_reverse_map, f->rmap);
  }

  /// One entry, with its place in the chain that it belongs to.
  violation entry(const page_facts& p, unsigned index, const page_facts*& below) {
    below = nullptr;
    const std::uint64_t e = p.page->entries->get(index);
    if (e == 0) return {};
    if ((e & shadow_bits::present) == 0)
      return {id::i1_containment, "an entry that is not present is zero (L1TF)", p.page->ordinal, index, 0, e};
    doubtful_child_ = false;
    const bool wrong = sound_(p, index, e, below).raised;
    if (doubtful_child_) [[unlikely]]
      return decode(s_, w_.roles(), *s_.view.page_of({target_of(e)}), child_);
    if (wrong) [[unlikely]]
      return entry_check<step_check>{s_, w_.permissions(), *this}(p, index, e, below);
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

  const subject& s_;
  workspace& w_;
  entry_check<step_check, alarm> sound_;
  page_facts child_;
  bool doubtful_child_ = false;
  page_facts facts_;  ///< of the last page that was stored to
  std::array<std::uint32_t, 16> done_{};
};

}  // namespace

violation check_step(const subject& s, workspace& w, const touched& t) {
  if (t.everything) {
    w.forget_roots();
    return check_all(s, w);
  }
  step_check step{s, w};
  for (const touched_entry& e : t.entries) {
    if (const violation v = step.stored(e)) return v;
  }
  for (const touched_bytes& b : t.writes) {
    if (const violation v = step.written(b)) return v;
  }
  for (unsigned n = 0; n < s.view.contexts(); ++n) {
    const mmu::context* c = s.view.context_at(n);
    if (c == nullptr) continue;
    if (const violation v = step.roots(n, *c)) return v;
  }
  if (const violation v = passes::logs(s)) return v;
  return passes::settled(s);
}

}  // namespace umbra::invariants
