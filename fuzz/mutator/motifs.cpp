#include "fuzz/mutator/motifs.hpp"

#include "core/x86/control.hpp"
#include "fuzz/mutator/motifs/motifs.hpp"

namespace umbra::fuzz {

namespace motifs {

bool mostly(composer& c) { return c.chance.below(3) != 0; }

std::uint64_t target(composer& c) { return c.chance.one_in(2) ? c.used_gva() : c.fresh_gva(); }

op plain_access(composer& c, kind k, std::uint64_t gva, maker by) {
  op o;
  o.kind = k;
  o.address = gva;
  o.by = by;
  if (k == kind::write) o.value = c.data_value();
  return o;
}

void spread(composer& c) { add_spread(c, 3 + c.chance.below(8)); }

}  // namespace motifs

void add_spread(composer& c, unsigned accesses) {
  for (unsigned n = 0; n < accesses; ++n) {
    if (c.chance.one_in(6)) c.on_vcpu(c.chance.below(2));
    // Mostly what the tables are likely to allow: refused accesses build nothing.
    const maker by = c.chance.one_in(4) ? c.by() : maker{0, (c.registers().cr4 & x86::cr4::smap) != 0, false};
    c.add(motifs::plain_access(c, c.chance.one_in(6) ? kind::write : kind::read, c.fresh_gva(), by));
  }
}

void add_sweep(composer& c) { c.add(c.sweep()); }

void add_motif(composer& c) {
  using namespace motifs;
  using motif = void (*)(composer&);
  constexpr motif usual[] = {rewrite,
                             rewrite,
                             rewrite,
                             resize,
                             resize,
                             adopt,
                             adopt,
                             ask_again,
                             flip_control,
                             flip_control,
                             write_unprotected,
                             switch_root,
                             switch_format,
                             log_writes,
                             move_memory,
                             show_twice,
                             race,
                             race,
                             share,
                             speculate,
                             flood,
                             press_pool,
                             confuse_levels,
                             drop_all,
                             spread,
                             spread,
                             write_unprotected,
                             log_writes,
                             use_in_two_sizes,
                             use_in_two_sizes,
                             repeat_after_change,
                             repeat_after_change};
  if (c.mode() == start::pae && c.chance.one_in(6)) return reload_pointers(c);
  c.chance.pick(usual)(c);
}

}  // namespace umbra::fuzz
