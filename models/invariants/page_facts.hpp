// A shadow page, decoded.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/invariants/role_facts.hpp"
#include "models/invariants/violation.hpp"

namespace umbra::invariants {

struct page_facts : role_facts {
  const mmu::page* page;
  const std::byte* guest;     ///< the guest table's bytes; null for direct pages
  std::uint64_t frame;        ///< gfn, as the page has it
  std::uint64_t table;        ///< host frame of the shadow table
  std::uint64_t guest_frame;  ///< host frame of the guest table
  bool rom;                   ///< the guest table is read-only memory: A and D count as set
};

/// Decodes a live page. What is wrong with the page in itself: a role that no path has (I8), copies of the role's parts
/// that disagree with it (I8), a guest table that is not where the memory map says (I1, I9).
violation decode(const subject&, role_reader&, const mmu::page&, page_facts& out);
/// The same, in less time where nothing is wrong.
alarm questionable(const subject&, role_reader&, const mmu::page&, page_facts& out);

}  // namespace umbra::invariants
