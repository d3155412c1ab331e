// Much at once: writes to one table, tables, a pool that runs low.

#include "fuzz/mutator/motifs/motifs.hpp"

#include "fuzz/mutator/motifs.hpp"

namespace umbra::fuzz::motifs {

void flood(composer& c) {
  const std::uint64_t g = target(c);
  c.touch(g);
  path::step e = c.entry_of(g);
  const unsigned writes = 3 + c.chance.below(6);
  const bool used = c.chance.one_in(3);
  for (unsigned n = 0; n < writes; ++n) {
    c.write_entry(e, c.rewritten(e));
    if (used) c.touch(c.chance.one_in(2) ? g : c.near_gva(g));
    if (c.chance.one_in(3)) e.gpa = (e.gpa & ~std::uint64_t{0xfff}) | ((e.gpa + e.bytes) & 0xfff);
  }
  c.touch(g);
}

void press_pool(composer& c) {
  const std::uint64_t g = target(c);
  c.touch(g);
  if (c.chance.one_in(3)) {
    op o;
    o.kind = kind::reclaim;
    o.count = c.chance.below(128);
    c.add(o);
  } else {
    add_sweep(c);
  }
  c.touch(g);
  c.touch(c.near_gva(g));
}

void drop_all(composer& c) {
  if (!c.chance.one_in(4)) return add_spread(c, 4);
  const std::uint64_t g = target(c);
  op o;
  o.kind = kind::zap_all;
  c.touch(g);
  c.add(o);
  c.touch(g);
}

}  // namespace umbra::fuzz::motifs
