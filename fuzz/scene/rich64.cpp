// Scene 1, tables with 64-bit entries: each way in which paths can meet, large and small, is there from the start.
#include "fuzz/ops/raw_v1.hpp"
#include "fuzz/scene/canvas.hpp"
#include "fuzz/scene/layout.hpp"

namespace umbra::fuzz {
namespace {

using namespace layout;
using namespace layout::bits;

constexpr std::uint64_t reserved_40 = std::uint64_t{1} << 40;

void draw_roots(canvas& c) {
  c.set(pml4_a, 0, pdpt_a, pwu | a);
  c.set(pml4_a, 1, pdpt_a, p | u | a);  // the same tables, read-only
  c.set(pml4_a, 256, pdpt_b, p | w | a);
  c.set(pml4_a, 511, pml4_a, p | w | a);  // recursive: every table shows as a page

  c.set(pml4_b, 0, pdpt_c, pwu | a);
  c.set(pml4_b, 1, pdpt_b, pwu | a);
  c.set(pml4_b, 256, pdpt_a, p | w | nx | a);
  c.set(pml4_b, 511, pdpt_c, p | u | nx | a);

  c.set(pml4_c, 0, pdpt_a, pwu);
  c.set(pml4_c, 1, pdpt_c, p | u);
  c.set(pml4_c, 256, pdpt_c, p | w);
  c.set(pml4_c, 511, pml4_c, pwu);

  c.set(pml4_high, 0, pdpt_a, pwu | a);
  c.set(pml4_high, 1, pdpt_high, pwu | a);
  c.set(pml4_high, 256, pdpt_high, p | u | a);
  c.set(pml4_high, 511, pdpt_b, pwu | a);
}

void draw_pdpts(canvas& c) {
  c.set(pdpt_a, 0, pd_a, pwu | a);
  c.set(pdpt_a, 1, pd_b, pwu | a);
  c.set(pdpt_a, 2, pd_a, p | u | a);
  c.set(pdpt_a, 3, pd_c, pwu | a);

  c.set(pdpt_b, 0, pd_c, pwu | a);
  c.set(pdpt_b, 1, pd_c, p | w | a);
  c.set(pdpt_b, 2, pd_d, pwu | nx | a);
  c.set(pdpt_b, 3, 0, p | u | a | ps);  // 1 GiB

  c.set(pdpt_c, 0, pd_a, pwu | a);
  c.set(pdpt_c, 1, pd_d, pwu | a);
  c.set(pdpt_c, 2, pd_c, p | u | a);
  c.set(pdpt_c, 3, 0, pwu | ad | ps);  // the same 1 GiB, writable, dirty

  c.set(pdpt_high, 0, pd_high, pwu | a);
  c.set(pdpt_high, 1, pd_c, pwu | a);
  c.set(pdpt_high, 2, pd_high, p | w | a);
  c.set(pdpt_high, 3, high_frame, pwu | ps);
}

/// The directory-pointer tables of PAE paging: their entries grant no rights, so they share directories with the above.
void draw_pae_pdpts(canvas& c) {
  constexpr frame none = 0;
  constexpr frame directories[pae_pdpt_count][4] = {{pd_a, pd_b, pd_c, pd_d}, {pd_a, pd_d, pd_c, pd_a},
                                                    {pd_a, pd_a, pd_b, pd_b}, {pd_a, pd_c, none, pd_d},
                                                    {pd_a, pd_high, pd_d, pd_c}, {pd_a, pd_b, pd_c, pd_c}};
  for (unsigned table = 0; table < pae_pdpt_count; ++table) {
    for (unsigned n = 0; n < 4; ++n) {
      if (directories[table][n] != none) c.set(pae_pdpts, table * 4 + n, directories[table][n], p);
    }
  }
  c.at(pae_pdpts, 5 * 4 + 3) |= w;  // reserved in these entries: CR3 cannot be loaded with the last table
}

void draw_directories(canvas& c) {
  c.set(pd_a, 0, pt_identity, pwu | a);
  c.set(pd_a, 1, pt_identity, p | u | a);
  c.set(pd_a, 2, pt_b, pwu | a);
  c.set(pd_a, 3, pt_b, p | u | a);
  c.set(pd_a, 4, 0, pwu | ad | ps);
  c.set(pd_a, 5, 0, p | u | ad | ps);  // one frame, two large pages, other rights
  c.set(pd_a, 6, 0, p | w | a | ps);   // and not dirty
  c.set(pd_a, 7, high_frame, pwu | ps);
  c.set(pd_a, 8, pt_c, pwu | a);
  c.set(pd_a, 9, pt_c, p | w | nx | a);
  c.set(pd_a, 10, pd_a, p | w | a);      // the directory as a page table
  c.set(pd_a, 11, 2, pwu | ad | ps);     // bit 13 of a 2-MiB page's entry is reserved
  c.set(pd_a, 12, hole, pwu | a);        // a table outside memory
  c.set(pd_a, 13, pt_d, p | w | a);
  c.set(pd_a, 256, pt_pool, pwu | a);
  c.set(pd_a, 511, pt_pool + 1, pwu);

  for (unsigned n = 0; n < 14; ++n) c.set(pd_b, n, pt_pool + 2 + n, (n % 3 == 1 ? p | u : n % 3 == 2 ? p | w : pwu) | a);
  c.set(pd_b, 256, pt_b, p | w | a);
  c.set(pd_b, 511, 0, pwu | nx | ad | ps);

  c.set(pd_c, 0, 0, pwu | g | ad | ps);
  c.set(pd_c, 1, pt_b, pwu | a);
  c.set(pd_c, 2, pt_c, p | u);
  c.set(pd_c, 3, pt_d, pwu | nx);
  c.set(pd_c, 4, pt_identity, pwu | a);
  c.set(pd_c, 5, 0, pwu | nx | a | ps);
  c.set(pd_c, 6, 0, p | u | g | ad | ps);
  for (unsigned n = 7; n < 14; ++n) c.set(pd_c, n, pt_pool + 16 + n, (n % 2 == 0 ? pwu : p | w) | a);
  c.set(pd_c, 256, pd_b, p | w | a);
  c.set(pd_c, 511, pt_pool + 31, pwu | a);

  for (unsigned n = 0; n < 14; ++n) c.set(pd_d, n, pt_pool + 2 * n, (n % 4 == 3 ? p : pwu) | (n % 2 == 0 ? a : 0));
  c.set(pd_d, 256, high_frame, pwu | ad | ps);
  c.set(pd_d, 511, pt_high, pwu | a);

  c.set(pd_high, 0, pt_identity, pwu | a);
  c.set(pd_high, 1, pt_high, pwu | a);
  c.set(pd_high, 2, pt_high, p | u | a);
  c.set(pd_high, 3, high_frame, p | u | ad | ps);
  for (unsigned n = 4; n < 14; ++n) c.set(pd_high, n, pt_pool + 20 + n, pwu | a);

  for (unsigned n = 0; n < pt_pool_count; ++n) {
    c.set(pd_a, static_cast<unsigned>(sweep) + n, pt_pool + n, pwu | a);
    c.set(pd_b, static_cast<unsigned>(sweep) + n, pt_pool + n, p | u | a);
    c.set(pd_c, static_cast<unsigned>(sweep) + n, pt_pool + pt_pool_count - 1 - n, p | w | a);
    c.set(pd_d, static_cast<unsigned>(sweep) + n, pt_pool + n, pwu | nx | a);
  }
}

void draw_tables(canvas& c) {
  c.set(pt_b, 0, 0x90, pwu | ad);
  c.set(pt_b, 1, 0x90, p | u | ad);  // one frame, other rights
  c.set(pt_b, 2, 0x91, p | w | ad);
  c.set(pt_b, 3, 0x92, pwu | nx | ad);
  c.set(pt_b, 4, 0x93, p | ad);
  c.set(pt_b, 5, 0x94, pwu | g | ad);
  c.set(pt_b, 6, 0x95, pwu);
  c.set(pt_b, 7, 0x96, pwu | a);
  c.set(pt_b, 8, pt_b, pwu | ad);  // a table that maps itself as data
  c.set(pt_b, 16, high_frame + 5, pwu | ad);
  c.set(pt_b, 32, 0x97, pwu | ad | reserved_40);
  c.set(pt_b, 64, hole, pwu | ad);  // no memory there
  c.set(pt_b, 191, pd_a, pwu | a);
  c.set(pt_b, 256, pt_pool, p | w | a);
  c.set(pt_b, 511, 0x98, p | u | nx | ad);

  for (unsigned n = 0; n < raw_v1::index1.size(); ++n) {
    const unsigned i = raw_v1::index1[n];
    c.set(pt_c, i, n % 4 == 3 ? pt_b + n % 3 : 0x9a + n, (n % 3 == 0 ? pwu : n % 3 == 1 ? p | u : p | w) | a);
    c.set(pt_d, i, n % 4 == 1 ? pt_pool + n : 0xa2 + n, (n % 2 == 0 ? pwu | d : p | u | g) | a);
    c.set(pt_high, i, n % 2 == 0 ? high_frame + n : 0x90 + n, (n % 3 == 2 ? p | u : pwu) | (n % 4 == 0 ? 0 : ad));
    for (unsigned t = 0; t < pt_pool_count; ++t) {
      const unsigned mix = t * 7 + n * 5;
      const std::uint64_t rights = mix % 4 == 0 ? p | u : mix % 4 == 1 ? p | w : mix % 8 == 2 ? pwu | nx : pwu;
      const frame target = mix % 6 == 5 ? pt_pool + mix % pt_pool_count : first_data + mix % (last_data - first_data);
      c.set(pt_pool + t, i, target, rights | (mix % 5 == 0 ? 0 : mix % 5 == 1 ? a : ad));
    }
  }
}

}  // namespace

void draw_rich64(canvas& c) {
  draw_roots(c);
  draw_pdpts(c);
  draw_pae_pdpts(c);
  draw_directories(c);
  draw_tables(c);
  draw_identity(c, ad);
}

}  // namespace umbra::fuzz
