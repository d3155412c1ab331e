// Guest entries that change, are shared, or are reached at more than one level.

#include "fuzz/mutator/motifs/motifs.hpp"

#include "core/x86/entry.hpp"

namespace umbra::fuzz::motifs {

void rewrite(composer& c) {
  const std::uint64_t g = target(c);
  c.touch(g);
  const path::step e = c.entry_of(g);
  c.write_entry(e, c.rewritten(e));
  if (mostly(c)) c.invlpg(g);
  c.touch(g);
  if (c.chance.one_in(2)) {
    c.write_entry(e, e.entry);
    if (mostly(c)) c.invlpg(g);
    c.touch(c.near_gva(g));
  }
}

void resize(composer& c) {
  const std::uint64_t g = target(c);
  path::step e = c.entry_of(g);
  for (unsigned tries = 0; tries < 4 && e.level == 1; ++tries) e = c.entry_of(g);
  c.touch(g);
  if (c.chance.one_in(2)) c.touch(c.near_gva(g));
  const unsigned rounds = 1 + c.chance.below(3);
  for (unsigned n = 0; n < rounds; ++n) {
    const std::uint64_t value = c.resized(e);
    c.write_entry(e, value);
    if (mostly(c)) c.invlpg(g);
    c.touch(g);
    if (c.chance.one_in(2)) c.touch(c.near_gva(g));
    e.entry = value;
  }
}

void adopt(composer& c) {
  const std::uint64_t g = target(c), h = c.near_gva(g);
  path::step from = c.entry_of(g), to = c.entry_of(h);
  for (unsigned tries = 0; tries < 4 && (from.level != to.level || from.gpa == to.gpa); ++tries) {
    from = c.entry_of(g), to = c.entry_of(h);
  }
  to.entry = from.entry;
  if (c.chance.one_in(2)) c.touch(g);
  c.write_entry(to, c.regranted(to));
  if (c.chance.one_in(2)) c.invlpg(h);
  c.touch(h);
  c.touch(g);
  c.touch(h);
}

void ask_again(composer& c) {
  const std::uint64_t g = target(c);
  const unsigned times = 2 + c.chance.below(4);
  for (unsigned n = 0; n < times; ++n) c.touch(c.chance.one_in(4) ? c.near_gva(g) : g);
}

void confuse_levels(composer& c) {
  const std::uint64_t g = target(c), h = c.fresh_gva();
  const path::step e = c.entry_of(g);
  path::step to = c.entry_of(h);
  c.touch(g);
  to.entry = (to.entry & ~x86::entry::address_mask) | (e.gpa & x86::entry::address_mask);
  c.write_entry(to, c.chance.one_in(2) ? c.regranted(to) & ~x86::entry::large : to.entry | x86::entry::present);
  c.touch(h);
  op o = c.access(h);  // through the new mapping, onto the table itself
  o.kind = kind::write;
  o.address = (h & ~std::uint64_t{0xfff}) | (e.gpa & 0xfff);
  o.value = c.rewritten(e);
  c.add(o);
  c.touch(g);
}

void repeat_after_change(composer& c) {
  const std::uint64_t g = target(c);
  op same = c.access(g);
  if (mostly(c)) same.by.cpl = 0;
  c.add(same);
  const path::step e = c.entry_of(g);
  c.write_entry(e, c.chance.one_in(2) ? c.regranted(e) : c.rewritten(e));
  c.invlpg(g);
  c.add(same);
}

}  // namespace umbra::fuzz::motifs
