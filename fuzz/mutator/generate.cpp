// Programs from nothing but a seed.
#include "fuzz/mutator/exits.hpp"
#include "fuzz/mutator/motifs.hpp"
#include "fuzz/mutator/mutator.hpp"
#include "fuzz/mutator/setups.hpp"

namespace umbra::fuzz {

setup random_setup(random& chance) {
  constexpr start modes[] = {start::level4, start::level4, start::level4, start::level4,     start::level4,
                             start::level4, start::level4, start::level4, start::level4,     start::pae,
                             start::pae,    start::pae,    start::pae,    start::bits32,     start::bits32,
                             start::bits32, start::bits32, start::bits32, start::paging_off, start::real};
  constexpr std::uint16_t pools[] = {64, 64, 64, 48, 96, 48, 32, 64};
  constexpr unsigned widths[] = {32, 36, 36, 36, 36, 40, 46, 52};
  setup s;
  s.start = chance.pick(modes);
  s.scene = chance.one_in(4) ? 3 : chance.one_in(24) ? 2 : chance.one_in(64) ? 0 : 1;
  s.shadow_pages = chance.one_in(24) ? 256 : chance.pick(pools);
  s.wp = !chance.one_in(4);
  s.nxe = !chance.one_in(6);
  s.smep = chance.one_in(4);
  s.smap = chance.one_in(5);
  s.pse = !chance.one_in(6);
  s.pge = chance.one_in(3);
  s.cpuid.maxphyaddr = chance.pick(widths);
  s.cpuid.nx = !chance.one_in(12);
  s.cpuid.gbpages = !chance.one_in(6);
  s.cpuid.long_mode = s.start == start::level4 || !chance.one_in(8);
  s.cpuid.smep = s.smep || !chance.one_in(8);
  s.cpuid.smap = s.smap || !chance.one_in(8);
  return s;
}

program generate(std::uint64_t seed, std::size_t length, taste about) {
  random chance(seed);
  program p;
  p.setup = random_setup(chance);
  p.ops.reserve(length + 32);
  composer c(chance, p.setup, chance.one_in(4) ? swarm::everything() : swarm::draw(chance), p.ops);
  if (about == taste::tables) {
    if (!chance.one_in(4)) add_sweep(c);
    add_spread(c, 1 + chance.below(static_cast<unsigned>(length / 2 + 1)));
  }
  while (p.ops.size() < length) {
    if (about == taste::exits && chance.below(8) != 0) {
      add_exit_motif(c);
    } else if (chance.below(4) == 0) {
      c.anything();
    } else {
      add_motif(c);
    }
  }
  canonicalise(p);
  return p;
}

}  // namespace umbra::fuzz
