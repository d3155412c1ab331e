// Which guest frame holds which table. All scenes have their tables at the same places, so that an op means much the same
// in each of them. The root addresses are among raw_v1::cr3.
#pragma once

#include <cstdint>

#include "core/x86/entry.hpp"
#include "fuzz/scene/scene.hpp"

namespace umbra::fuzz::layout {

using frame = std::uint64_t;

// 64-bit entries: 4-level paging; page directories and page tables serve PAE paging as well.
constexpr frame pml4_a = 1, pml4_b = 2, pml4_c = 3, pml4_high = high_frame;
constexpr frame pdpt_a = 4, pdpt_b = 5, pdpt_c = 6, pdpt_high = high_frame + 3;
constexpr frame pae_pdpts = 7;  // six of them, 32 bytes each
constexpr unsigned pae_pdpt_count = 6;
constexpr frame pd_a = 8, pd_b = 9, pd_c = 10, pd_d = 11, pd_high = high_frame + 1;
constexpr frame pt_identity = 12, pt_b = 13, pt_c = 14, pt_d = 15, pt_high = high_frame + 2;
constexpr frame pt_pool = 16;
constexpr unsigned pt_pool_count = 40;

// 32-bit entries.
constexpr frame pd32_a = 60, pd32_b = 61, pd32_c = 62;
constexpr frame pt32_identity = 63, pt32_b = 64, pt32_c = 65, pt32_d = 66;
constexpr frame pt32_pool = 67;
constexpr unsigned pt32_pool_count = 16;

/// From this directory index on (2 MiB each; half of it where one entry maps 4 MiB), the directories of the rich and the
/// dense scene lead to the pool of page tables, one after the other: whoever walks along meets a new table every few MiB.
constexpr std::uint64_t sweep = 14;

// Data, user's and supervisor's.
constexpr frame first_data = 0x84, last_data = 0xbe;
constexpr frame first_table = 1, last_table = 82;
constexpr frame hole = low_pages;

/// Where the identity window shows the frames at 4 GiB in formats with 64-bit entries: frame high_frame + n at 0x100 + n.
constexpr frame high_window = 0x100;

namespace bits {
using namespace x86::entry;
constexpr std::uint64_t p = present, w = write, u = user, a = accessed, d = dirty, ps = large, g = global, nx = no_execute;
constexpr std::uint64_t pwu = p | w | u, ad = a | d;
/// The lowest bit that PSE-36 uses for address bit 32 in a 4-MiB page's entry.
constexpr std::uint64_t pse36_4gib = std::uint64_t{1} << 13;
}  // namespace bits

}  // namespace umbra::fuzz::layout
