#include "fuzz/mutator/exits.hpp"

#include "fuzz/mutator/exit_ops.hpp"
#include "fuzz/mutator/motifs/motifs.hpp"

namespace umbra::fuzz {

using namespace exit_ops;

void add_exit(composer& c) { c.add(some_op(c)); }

void add_exit_motif(composer& c) {
  using motif = void (*)(composer&);
  using namespace motifs;
  constexpr motif usual[] = {at_an_edge,     write_and_read, write_and_read,     interrupt_delivery,
                             spoil_and_mend, give_a_segment, ask_device,         among_accesses,
                             many,           real_mode,      go_beyond_the_model};
  c.chance.pick(usual)(c);
}

void tweak_exit(op& o, composer& c) {
  const op other = some_op(c);
  switch (c.chance.below(6)) {
    case 0:
      o.value = o.kind == kind::field || o.kind == kind::set ? field_value(static_cast<vmcs>(o.count), c.chance)
                                                             : edge(c.chance);
      break;
    case 1:
      o.value ^= std::uint64_t{1} << c.chance.below(64);
      break;
    case 2:
      if (other.kind == o.kind) o.count = other.count;
      break;
    case 3:
      if (other.kind == o.kind) o.index = other.index;
      break;
    case 4:
      o.told = some_exit(c).told;
      break;
    default:
      o = other;
      break;
  }
}

}  // namespace umbra::fuzz
