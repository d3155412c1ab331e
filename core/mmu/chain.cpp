#include "core/mmu/chain.hpp"

#include "core/mmu/page_pool.hpp"

namespace umbra::mmu::chain {

namespace {

constexpr unsigned index_bits = 9, name_bits = 32;

constexpr word joined(word previous, word next) { return (previous << name_bits) | next; }
constexpr word previous_of(word link) { return link >> name_bits; }
constexpr word next_of(word link) { return field(link, 0, name_bits); }

}  // namespace

entry_ref at(const page_pool& pool, word name) {
  return {&pool.named((name >> index_bits) - 1), field(name, 0, index_bits)};
}

word next(const entry_ref& e) { return next_of(e.owner->links->get(e.index)); }

void insert(const page_pool& pool, word& head, page& owner, word index) {
  const word self = name(owner, index);
  owner.links->set(index, joined(word{0}, head));
  if (head != word{0}) {
    const entry_ref first = at(pool, head);
    first.owner->links->set(first.index, joined(self, next(first)));
  }
  head = self;
}

void remove(const page_pool& pool, word& head, page& owner, word index) {
  const word link = owner.links->get(index);
  const word before = previous_of(link), after = next_of(link);
  if (after != word{0}) {
    const entry_ref e = at(pool, after);
    e.owner->links->set(e.index, joined(before, next(e)));
  }
  if (before != word{0}) {
    const entry_ref e = at(pool, before);
    e.owner->links->set(e.index, joined(previous_of(e.owner->links->get(e.index)), after));
  } else {
    head = after;
  }
}

}  // namespace umbra::mmu::chain
