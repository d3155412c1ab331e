// A shadow page: one table that the processor walks, and what the core knows of it.
#pragma once

#include <word/table.hpp>

#include "core/memory/frame.hpp"
#include "core/mmu/role.hpp"

namespace umbra::mmu {

enum class page_state : unsigned char {
  free,
  live,     ///< in the hash, may be linked
  invalid,  ///< out of the hash and linked nowhere; still some vCPU's root
  doomed,   ///< out of everything; free once the processors have forgotten it
};

struct page {
  page_state state = page_state::free;
  bool direct = false;       ///< maps a run of guest frames, rather than shadowing a guest table
  flag rom = false;          ///< the guest table is read-only memory: its accessed and dirty bits cannot be set
  paging format = paging::none;
  unsigned level = 0;        ///< shadow level of this table: 1 holds leaves
  unsigned maxphyaddr = 0;
  unsigned ordinal = 0;      ///< position in the pool
  gfn frame{};               ///< of the guest table, or the first frame that a direct page maps
  mmu::role role{};
  table* entries = nullptr;
  table* links = nullptr;    ///< per entry, its neighbours in the chain that it is in (mmu/chain.hpp)
  hfn where{};               ///< the host frame of `entries`
  memory::frame* backing = nullptr;  ///< the guest table's frame; null for direct pages

  unsigned used = 0;         ///< entries that are present
  word parents{};            ///< head of the chain of entries that point here
  unsigned parent_count = 0;
  unsigned root_count = 0;   ///< vCPU roots that are this page
  unsigned writes = 0;       ///< guest writes to the table since a fault last went through it

  page* hash_next = nullptr;
  page* newer = nullptr;        ///< neighbours in the list of live pages, by last use
  page* older = nullptr;
  page* next_shadow = nullptr;  ///< the next shadow page of the same frame
  page* where_next = nullptr;   ///< in the pool's index by `where`
};

}  // namespace umbra::mmu
