// Scene 1, tables with 32-bit entries: 4-KiB and 4-MiB pages, PSE-36, shared tables, a recursive directory.
#include "fuzz/ops/raw_v1.hpp"
#include "fuzz/scene/canvas.hpp"
#include "fuzz/scene/layout.hpp"

namespace umbra::fuzz {
namespace {

using namespace layout;
using namespace layout::bits;

/// Directory index of (third, half of second) as raw_v1's addresses make it.
constexpr unsigned at(unsigned third, std::uint64_t half) { return third * 256 + static_cast<unsigned>(half); }

void draw_directory(canvas& c, frame pd, std::uint64_t lesser) {
  c.set32(pd, at(0, 0), pt32_identity, pwu | a);
  c.set32(pd, at(0, 1), pt32_identity, p | u | a);
  c.set32(pd, at(0, 2), pt32_b, pwu | a);
  c.set32(pd, at(0, 3), pt32_b, lesser | a);
  c.set32(pd, at(0, 4), 0, pwu | ad | ps);
  c.set32(pd, at(0, 5), 0, p | u | ad | ps);
  c.set32(pd, at(0, 6), 0, pwu | ps | pse36_4gib);
  c.set32(pd, at(0, 128), pd, p | w | a);  // the directory as a page table
  c.set32(pd, at(0, 255), 0, p | w | a | ps);

  c.set32(pd, at(1, 0), pt32_c, pwu | a);
  c.set32(pd, at(1, 1), pt32_d, lesser | a);
  c.set32(pd, at(1, 2), hole, pwu | a);
  c.set32(pd, at(1, 3), 1 << 9, pwu | ad | ps);  // bit 21 of a 4-MiB page's entry is reserved
  for (unsigned n = 4; n < 7; ++n) c.set32(pd, at(1, n), pt32_pool + n, pwu | a);
  c.set32(pd, at(1, 128), pt32_b, p | w | a);
  c.set32(pd, at(1, 255), 0, pwu | g | ad | ps);

  for (unsigned n = 0; n < 7; ++n) {
    c.set32(pd, at(2, n), pt32_pool + 7 + n, n % 2 == 0 ? pwu : p | w | a);
    c.set32(pd, at(3, n), pt32_pool + 2 * n, n % 3 == 0 ? lesser | a : pwu | a);
  }
  c.set32(pd, at(2, 128), pt32_c, p | u | a);
  c.set32(pd, at(2, 255), 0, p | u | ps | pse36_4gib);
  c.set32(pd, at(3, 128), 0, p | a | ps);
  c.set32(pd, at(3, 255), pd, p | w | a);  // recursive

  for (unsigned third = 0; third < 4; ++third) {
    for (unsigned n = 0; n < pt32_pool_count; ++n) {
      c.set32(pd, at(third, sweep / 2 + n), pt32_pool + (n + third) % pt32_pool_count, (third % 2 == 0 ? pwu : lesser) | a);
    }
  }
}

/// Both halves of a page table (two shadow pages) at the usual indexes.
template <class F>
void for_each_index(F&& f) {
  for (unsigned half = 0; half < 2; ++half) {
    for (unsigned n = 0; n < raw_v1::index1.size(); ++n) f(half * 512 + raw_v1::index1[n], half * 16 + n);
  }
}

void draw_tables(canvas& c) {
  for_each_index([&](unsigned i, unsigned n) {
    c.set32(pt32_c, i, n % 4 == 3 ? pt32_b : 0x9a + n, (n % 3 == 0 ? pwu : n % 3 == 1 ? p | u : p | w) | a);
    c.set32(pt32_d, i, n % 4 == 1 ? pt32_pool + n % 16 : 0x90 + n, (n % 2 == 0 ? pwu | d : p | u | g) | a);
    c.set32(pt32_b, i, 0x90 + n % 8, (n % 4 == 3 ? p : n % 4 == 2 ? p | u : pwu) | (n % 5 == 4 ? 0 : ad));
    for (unsigned t = 0; t < pt32_pool_count; ++t) {
      const unsigned mix = t * 7 + n * 5;
      const std::uint64_t rights = mix % 4 == 0 ? p | u : mix % 4 == 1 ? p | w : pwu;
      const frame target = mix % 6 == 5 ? pt32_pool + mix % pt32_pool_count : first_data + mix % (last_data - first_data);
      c.set32(pt32_pool + t, i, target, rights | (mix % 5 == 0 ? 0 : mix % 5 == 1 ? a : ad));
    }
  });
  c.set32(pt32_b, 8, pt32_b, pwu | ad);
  c.set32(pt32_b, 64, hole, pwu | ad);
  c.set32(pt32_b, 128, 0, 0);
  c.set32(pt32_b, 191, pd32_a, pwu | a);
}

}  // namespace

void draw_rich32(canvas& c) {
  draw_directory(c, pd32_a, p | u);
  draw_directory(c, pd32_b, p | w);
  draw_directory(c, pd32_c, p);
  draw_tables(c);
}

}  // namespace umbra::fuzz
