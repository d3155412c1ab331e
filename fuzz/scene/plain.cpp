// The identity windows; scene 2 (little more than those: programs build what they need) and scene 3 (tables linked at
// random, every entry shared by many paths, nothing accessed or dirty yet).
#include "fuzz/mutator/random.hpp"
#include "fuzz/ops/raw_v1.hpp"
#include "fuzz/scene/canvas.hpp"
#include "fuzz/scene/layout.hpp"

namespace umbra::fuzz {
namespace {

using namespace layout;
using namespace layout::bits;

/// What leads from every root to the identity windows.
void draw_windows(canvas& c, std::uint64_t ad) {
  const std::uint64_t link = pwu | (ad & a);
  for (const frame root : {pml4_a, pml4_b, pml4_c, pml4_high}) c.set(root, 0, pdpt_a, link);
  c.set(pdpt_a, 0, pd_a, link);
  c.set(pd_a, 0, pt_identity, link);
  for (unsigned table = 0; table < pae_pdpt_count; ++table) c.set(pae_pdpts, table * 4, pd_a, p);
  for (const frame root : {pd32_a, pd32_b, pd32_c}) c.set32(root, 0, pt32_identity, link);
  draw_identity(c, ad);
}

/// A table whose usual entries lead to tables of one kind, or, once in `large` times, map memory.
class scribe {
 public:
  scribe(canvas& c, std::uint64_t seed) : canvas_(c), random_(seed) {}

  std::uint64_t rights() {
    constexpr std::uint64_t choices[] = {pwu, pwu, pwu, p | u, p | w, p, pwu | nx, pwu | a, pwu | ad, 0};
    return random_.pick(choices);
  }
  frame data() { return random_.one_in(4) ? high_frame + random_.below(high_pages) : first_data + random_.below(59); }
  frame among(frame first, unsigned count) { return first + random_.below(count); }
  void link(frame table, unsigned index, frame first, unsigned count) {
    canvas_.set(table, index, among(first, count), rights());
  }
  void map_large(frame table, unsigned index) {
    canvas_.set(table, index, random_.one_in(3) ? high_frame : 0, rights() | ps);
  }
  void link32(frame table, unsigned index, frame first, unsigned count) {
    canvas_.set32(table, index, among(first, count), rights());
  }
  void map_large32(frame table, unsigned index) {
    canvas_.set32(table, index, 0, rights() | ps | (random_.one_in(3) ? pse36_4gib : 0));
  }
  bool one_in(unsigned n) { return random_.one_in(n); }

 private:
  canvas& canvas_;
  random random_;
};

void scribble64(canvas& c) {
  scribe s(c, 3);
  for (const frame root : {pml4_a, pml4_b, pml4_c, pml4_high}) {
    for (const unsigned i : raw_v1::index4) s.link(root, i, pdpt_a, 3);
  }
  for (frame pdpt = pdpt_a; pdpt <= pdpt_c; ++pdpt) {
    for (const unsigned i : raw_v1::index3) s.one_in(6) ? s.map_large(pdpt, i) : s.link(pdpt, i, pd_a, 4);
  }
  for (unsigned n = 0; n < pae_pdpt_count * 4; ++n) c.set(pae_pdpts, n, s.among(pd_a, 4), p);
  for (frame pd = pd_a; pd <= pd_d; ++pd) {
    for (unsigned i = 0; i < sweep; ++i) s.one_in(5) ? s.map_large(pd, i) : s.link(pd, i, pt_b, 12);
    for (unsigned n = 0; n < pt_pool_count; ++n) {
      c.set(pd, static_cast<unsigned>(sweep) + n, pt_pool + (n * (pd - pd_a + 1)) % pt_pool_count, s.rights() | p);
    }
    for (const unsigned i : {256u, 511u}) s.link(pd, i, pd_a, 8);
  }
  for (frame pt = pt_b; pt < pt_pool + pt_pool_count; ++pt) {
    for (const unsigned i : raw_v1::index1) c.set(pt, i, s.one_in(8) ? s.among(first_table, 30) : s.data(), s.rights());
  }
}

void scribble32(canvas& c) {
  scribe s(c, 32);
  for (frame pd = pd32_a; pd <= pd32_c; ++pd) {
    for (unsigned third = 0; third < 4; ++third) {
      for (unsigned i = 0; i < 24; ++i) {
        const unsigned index = third * 256 + i;
        const bool swept = i >= sweep / 2 && i < sweep / 2 + pt32_pool_count;
        if (swept) {
          c.set32(pd, index, pt32_pool + (i + third) % pt32_pool_count, (s.rights() & ~nx) | p);
        } else {
          s.one_in(5) ? s.map_large32(pd, index) : s.link32(pd, index, pt32_b, 8);
        }
      }
      s.link32(pd, third * 256 + 128, pd32_a, 7), s.link32(pd, third * 256 + 255, pd32_a, 7);
    }
  }
  for (frame pt = pt32_b; pt < pt32_pool + pt32_pool_count; ++pt) {
    for (const unsigned i : raw_v1::index1) {
      c.set32(pt, i, s.among(first_data, 59), s.rights());
      c.set32(pt, i + 512, s.one_in(8) ? s.among(pd32_a, 12) : s.among(first_data, 59), s.rights());
    }
  }
}

}  // namespace

void draw_identity(canvas& c, std::uint64_t ad) {
  for (unsigned n = 0; n < low_pages; ++n) {
    const bool table = n >= first_table && n <= last_table;
    const std::uint64_t rights = p | w | (table ? (n % 4 == 3 ? u : 0) : (n % 2 == 0 ? u : 0)) | ad;
    c.set(pt_identity, n, n, rights);
    c.set32(pt32_identity, n, n, rights);
    c.set32(pt32_identity, 512 + n, n, p | u | (ad & a));  // 2 MiB further up: the same, read-only, the user's
  }
  for (unsigned n = 0; n < high_pages; ++n) {
    c.set(pt_identity, high_window + n, high_frame + n, p | w | (n % 2 == 0 ? u : 0) | ad);
  }
}

void draw_sparse(canvas& c) {
  draw_windows(c, 0);
  c.set(pd_a, 1, 0, pwu | ps);
  c.set(pd_a, 2, pt_b, pwu);
  c.set32(pd32_a, 1, 0, pwu | ps);
  c.set32(pd32_a, 2, pt32_b, pwu);
  for (unsigned n = 0; n < 4; ++n) {
    c.set(pt_b, n, first_data + n, pwu);
    c.set32(pt32_b, n, first_data + n, pwu);
  }
}

void draw_dense(canvas& c) {
  scribble64(c);
  scribble32(c);
  draw_windows(c, 0);
}

}  // namespace umbra::fuzz
