#include "fuzz/properties/draw.hpp"

#include <algorithm>

#include "fuzz/mutator/random.hpp"
#include "fuzz/properties/pencil.hpp"

namespace umbra::fuzz::properties {
namespace {

setup draw_setup(random& r) {
  setup s;
  constexpr start modes[] = {start::level4, start::level4, start::level4, start::pae, start::pae,
                             start::bits32, start::bits32, start::paging_off, start::real};
  constexpr unsigned widths[] = {36, 36, 36, 40, 52, 32, 46}, pools[] = {1, 40, 48, 64, 64, 128, 200};
  s.start = r.pick(modes);
  s.scene = static_cast<std::uint8_t>(r.one_in(8) ? r.below(scene_count) : r.one_in(3) ? 3 : 1);
  s.shadow_pages = static_cast<std::uint16_t>(r.pick(pools));
  s.cpuid.maxphyaddr = r.pick(widths);
  s.cpuid.nx = !r.one_in(8);
  s.cpuid.gbpages = !r.one_in(6);
  s.cpuid.long_mode = !r.one_in(16);
  s.wp = !r.one_in(3);
  s.nxe = !r.one_in(4);
  s.smep = r.one_in(3);
  s.smap = r.one_in(3);
  s.pse = !r.one_in(8);
  s.pge = r.one_in(2);
  return s;
}

/// Rewrites what an address depends on between two uses of it.
void revise(pencil& p) {
  const std::uint64_t where = p.gva();
  p.touch(where);
  if (p.chance.one_in(4)) p.touch(p.related(where));
  p.rewrite(where);
  if (p.chance.one_in(2)) p.invalidate(where);
  if (p.chance.one_in(8)) p.other_vcpu();
  p.touch(where);
}

/// Lets a write land in the middle of an access, or of the rewriting of an entry.
void race(pencil& p) {
  const std::uint64_t where = p.gva();
  if (p.chance.one_in(4)) p.touch(where);
  for (unsigned n = 1 + p.chance.below(2); n > 0; --n) p.arm(where);
  p.chance.one_in(4) ? p.rewrite(where) : p.touch(where);
  p.touch(where);
}

/// Goes on in another mode, or on other tables, and looks at old addresses.
void change_mode(pencil& p) {
  const std::uint64_t where = p.gva();
  p.touch(where);
  p.set_register();
  p.touch(where);
}

/// The guest's memory moves, goes, or is watched, under an address that is in use.
void rearrange(pencil& p) {
  const std::uint64_t where = p.gva();
  p.touch(where);
  p.vmm();
  p.touch(where);
  if (p.chance.one_in(2)) p.vmm();
}

void gesture(pencil& p) {
  switch (p.chance.below(16)) {
    case 0:
    case 1:
    case 2:
    case 3: return p.touch(p.gva());
    case 4:
    case 5:
    case 6:
    case 7:
    case 8: return revise(p);
    case 9:
    case 10: return change_mode(p);
    case 11: return rearrange(p);
    case 12:
    case 13: return race(p);
    case 14: return p.other_vcpu();
    default: return p.pressure();
  }
}

}  // namespace

program draw(std::uint64_t seed, unsigned gestures) {
  random r(seed);
  program drawn;
  drawn.setup = canonical(draw_setup(r));
  pencil p(r, drawn);
  const unsigned count = 1 + r.below(std::max(gestures, 1u));
  for (unsigned n = 0; n < count; ++n) gesture(p);
  canonicalise(drawn);
  return drawn;
}

program draw_anything(std::uint64_t seed, unsigned ops) {
  random r(seed);
  const auto any = [&r]() -> std::uint64_t {
    switch (r.below(4)) {
      case 0: return r.next() >> r.below(64);
      case 1: return std::uint64_t{1} << r.below(64);
      case 2: return std::uint64_t{r.below(256)} << 12 | r.below(512);
      default: return r.next() & r.next() & r.next();
    }
  };
  const auto coin = [&r] { return r.one_in(2); };
  program p;
  p.setup = {{32 + r.below(21), coin(), coin(), coin(), coin(), coin()},
             static_cast<std::uint16_t>(r.next()),
             static_cast<std::uint8_t>(r.below(scene_count)),
             static_cast<start>(r.below(5)),
             coin(), coin(), coin(), coin(), coin(), coin()};
  for (unsigned n = r.below(ops + 1); n > 0; --n) {
    op o;
    o.kind = static_cast<kind>(r.below(kind_count));
    o.size = static_cast<std::uint8_t>(1 + r.below(8));
    o.index = static_cast<std::uint8_t>(any());
    o.bits = static_cast<std::uint8_t>(any());
    o.who = static_cast<racer>(r.below(3));
    o.by = {static_cast<std::uint8_t>(r.below(4)), coin(), coin()};
    o.count = static_cast<std::uint32_t>(any());
    o.address = any();
    o.value = any();
    for (std::uint32_t* t : {&o.told.event, &o.told.error_code, &o.told.vectoring_event, &o.told.vectoring_error_code,
                             &o.told.information}) {
      if (coin()) *t = static_cast<std::uint32_t>(any());
    }
    p.ops.push_back(o);
  }
  canonicalise(p);
  return p;
}

}  // namespace umbra::fuzz::properties
