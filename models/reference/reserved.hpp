// The bits of a present entry that must be 0: for each format and level, one expression (4.3, 4.4.2, 4.5).
#pragma once

#include <word/word.hpp>

#include "models/reference/formats.hpp"
#include "models/reference/paging_mode.hpp"

namespace umbra::reference {

/// Bit 63, XD, of a present entry is reserved while EFER.NXE = 0 (4.4.2, 4.5).
inline word reserved_no_execute(const registers& r) {
  return when(negate(no_execute_enabled(r)), x86::entry::no_execute);
}

/// The reserved bits of a present entry at `level` in format `Format`.
template <class Format>
word reserved_bits(unsigned level, word entry, const registers& r);

/// 32-bit paging (4.3): bits 21:(M-19) of a PDE that maps a 4-MiB page, M = min(40, MAXPHYADDR); nothing else.
template <>
inline word reserved_bits<bits32>(unsigned level, word entry, const registers& r) {
  const unsigned m = r.cpuid.maxphyaddr < 40 ? r.cpuid.maxphyaddr : 40;
  return level == 2 ? when(bits32::maps_page(2, entry, r), bits(21, m - 19)) : word{0};
}

/// PAE paging (4.4.2, tables 4-9 to 4-11): bits 62:MAXPHYADDR; bits 20:13 of a PDE that maps a 2-MiB page.
template <>
inline word reserved_bits<pae>(unsigned level, word entry, const registers& r) {
  const word width = bits(62, r.cpuid.maxphyaddr);
  const word large = level == 2 ? when(has(entry, x86::entry::large), bits(20, 13)) : word{0};
  return width | large | reserved_no_execute(r);
}

/// 4-level paging (4.5, tables 4-15 to 4-20): bits 51:MAXPHYADDR; PS in a PML4E, and in a PDPTE if there are no 1-GiB
/// pages; bits 29:13 of a PDPTE that maps a 1-GiB page and 20:13 of a PDE that maps a 2-MiB page.
template <>
inline word reserved_bits<level4>(unsigned level, word entry, const registers& r) {
  const flag ps = has(entry, x86::entry::large);
  const word width = bits(51, r.cpuid.maxphyaddr);
  const word pml4e = level == 4 ? word{x86::entry::large} : word{0};
  const word pdpte = level == 3 ? when(ps, bits(29, 13)) | when(negate(r.cpuid.gbpages), x86::entry::large) : word{0};
  const word pde = level == 2 ? when(ps, bits(20, 13)) : word{0};
  return width | pml4e | pdpte | pde | reserved_no_execute(r);
}

/// Bits of a PDPTE register that must be 0 if its P flag is 1 (4.4.1, table 4-8): 2:1, 8:5 and 63:MAXPHYADDR.
inline word reserved_pdpte_bits(const registers& r) { return bits(2, 1) | bits(8, 5) | bits(63, r.cpuid.maxphyaddr); }

}  // namespace umbra::reference
