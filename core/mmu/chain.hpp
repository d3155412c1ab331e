// Sets of shadow entries, as doubly linked lists that run through the pages' own link tables.
//
// A present entry is in exactly one set: a leaf in its frame's reverse map, a link among its target's parents. So one
// link word an entry serves both, joining and leaving take constant time whatever the set's size, and no operation can
// run out of list nodes.
#pragma once

#include "core/mmu/page.hpp"

namespace umbra::mmu {

class page_pool;

/// Names one shadow entry.
struct entry_ref {
  page* owner = nullptr;
  word index{};
};

namespace chain {

/// Names an entry in one word; 0 names none. An entry's link word holds the previous name above the next one.
constexpr word name(const page& p, word index) {
  return word{(static_cast<std::uint64_t>(p.ordinal) + 1) << 9} | index;
}

/// The entry that a non-zero name stands for.
entry_ref at(const page_pool&, word name);
/// The name after this entry in its chain, 0 at the end.
word next(const entry_ref&);

/// Puts an entry that is in no chain at the front of one.
void insert(const page_pool&, word& head, page& owner, word index);
/// Takes an entry out of the chain that it is in.
void remove(const page_pool&, word& head, page& owner, word index);

}  // namespace chain
}  // namespace umbra::mmu
