#include <algorithm>

#include "fuzz/mutator/exits.hpp"
#include "fuzz/mutator/motifs.hpp"
#include "fuzz/mutator/mutator.hpp"
#include "fuzz/mutator/setups.hpp"
#include "fuzz/ops/raw_v1.hpp"

namespace umbra::fuzz {
namespace {

using position = std::vector<op>::difference_type;

position some_position(const program& p, random& chance) {
  return static_cast<position>(chance.below(static_cast<unsigned>(p.ops.size() + 1)));
}

bool is_sweep(const op& o) { return o.kind == kind::exhaust; }

/// The position of the first of `count` ops in a row. A burst that comes first is left alone, mostly: a run can begin
/// after it.
position some_op(const program& p, random& chance, std::size_t count = 1) {
  const auto places = static_cast<unsigned>(p.ops.size() - count + 1);
  const bool spared = places > 1 && is_sweep(p.ops[0]) && !chance.one_in(16);
  return static_cast<position>(spared + chance.below(places - spared));
}

/// A composer that stands before op `at`. It knows the addresses of the ops behind it, too.
composer standing_at(const program& p, position at, random& chance, std::vector<op>& out) {
  composer c(chance, p.setup, chance.one_in(6) ? swarm::everything() : swarm::of(p), out);
  const position end = std::min<position>(static_cast<position>(p.ops.size()), at + 8);
  for (position n = at; n < end; ++n) {
    if (p.ops[n].kind == kind::read || p.ops[n].kind == kind::write) c.follow(p.ops[n]);
  }
  for (position n = 0; n < at; ++n) c.follow(p.ops[n]);
  return c;
}

/// Inserts what `compose` adds.
template <class Compose>
void insert(program& p, random& chance, Compose&& compose) {
  static thread_local std::vector<op> fresh;
  fresh.clear();
  const position at = chance.one_in(3) ? static_cast<position>(p.ops.size()) : some_position(p, chance);
  composer c = standing_at(p, at, chance, fresh);
  compose(c);
  p.ops.insert(p.ops.begin() + at, fresh.begin(), fresh.end());
}

void erase(program& p, random& chance) {
  if (p.ops.empty()) return;
  const position at = some_op(p, chance);
  const position most = std::min<position>(static_cast<position>(p.ops.size()) - at, chance.one_in(3) ? 8 : 1);
  p.ops.erase(p.ops.begin() + at, p.ops.begin() + at + 1 + chance.below(static_cast<unsigned>(most)));
}

void repeat(program& p, random& chance) {
  if (p.ops.empty()) return;
  const position at = static_cast<position>(chance.below(static_cast<unsigned>(p.ops.size())));
  const position most = std::min<position>(static_cast<position>(p.ops.size()) - at, 6);
  const std::vector<op> block(p.ops.begin() + at, p.ops.begin() + at + 1 + chance.below(static_cast<unsigned>(most)));
  p.ops.insert(p.ops.begin() + some_position(p, chance), block.begin(), block.end());
}

void reorder(program& p, random& chance) {
  if (p.ops.size() < 2) return;
  std::swap(chance.pick(p.ops), chance.pick(p.ops));
}

void retarget(op& o, composer& c) {
  switch (o.kind) {
    case kind::race:
    case kind::poke:
    case kind::patch: {
      const path::step e = c.entry_of(c.used_gva());
      o.address = o.kind == kind::race && o.who == racer::vcpu ? c.window(e.gpa) : e.gpa;
      break;
    }
    case kind::write:
      o.address = c.chance.one_in(2) ? c.window(c.entry_of(c.used_gva()).gpa) : c.gva();
      break;
    default:
      o.address = c.chance.one_in(2) ? c.near_gva(o.address) : c.gva();
      break;
  }
}

void tweak_value(op& o, composer& c) {
  switch (o.kind) {
    case kind::cr0:
    case kind::cr3:
    case kind::cr4:
    case kind::efer:
      o.value = c.register_value(o.kind);
      break;
    case kind::slot:
      o.value = c.chance.pick(raw_v1::slot_backing);
      break;
    case kind::alias:
      o.value = c.chance.pick(raw_v1::slot_base);
      break;
    default: {
      path::step e;
      e.entry = o.value;
      e.bytes = o.size == 4 ? 4 : 8;
      e.level = 1 + c.chance.below(3);
      o.value = c.rewritten(e);
      break;
    }
  }
}

void tweak_count(op& o, random& chance) {
  switch (o.kind) {
    case kind::slot:
    case kind::alias:
      o.count = chance.pick(raw_v1::slot_pages);
      break;
    case kind::race:
      o.count = chance.below(12);
      break;
    case kind::exhaust:
      o.count = 8 + chance.below(24);
      break;
    default:
      o.count = chance.below(96);
      break;
  }
}

void tweak(program& p, random& chance) {
  if (p.ops.empty()) return;
  static thread_local std::vector<op> unused;
  const position at = some_op(p, chance);
  composer c = standing_at(p, at, chance, unused);
  op& o = p.ops[at];
  if (o.kind >= kind::exit) return tweak_exit(o, c);
  switch (chance.below(8)) {
    case 0:
      o.by = c.by();
      break;
    case 1:
      o.size = static_cast<std::uint8_t>(chance.one_in(2) ? 4 << chance.below(2) : 1 + chance.below(8));
      break;
    case 2:
      o.index = static_cast<std::uint8_t>(chance.below(4)), o.bits = static_cast<std::uint8_t>(chance.below(4));
      break;
    case 3:
      tweak_count(o, chance);
      break;
    case 4:
      if (o.kind == kind::read || o.kind == kind::write || o.kind == kind::fetch)
        o.kind = static_cast<kind>(chance.below(3));
      o.who = static_cast<racer>(chance.below(3));
      break;
    case 5:
      tweak_value(o, c);
      break;
    default:
      retarget(o, c);
      break;
  }
}

void tweak_setup(program& p, random& chance) {
  const setup other = random_setup(chance);
  setup& s = p.setup;
  switch (chance.below(8)) {
    case 0:
      s.start = other.start;
      break;
    case 1:
      s.scene = other.scene;
      break;
    case 2:
      s.shadow_pages = other.shadow_pages;
      break;
    case 3:
      s.cpuid = other.cpuid;
      break;
    case 4:
      s.wp = !s.wp;
      break;
    case 5:
      s.smep = !s.smep, s.cpuid.smep = s.cpuid.smep || s.smep;
      break;
    case 6:
      s.smap = !s.smap, s.cpuid.smap = s.cpuid.smap || s.smap;
      break;
    default:
      s.nxe = other.nxe, s.pse = other.pse, s.pge = other.pge;
      break;
  }
}

/// One burst fills the shadow MMU, so that what follows meets a crowd; more of them only take time. Mostly it comes
/// first, where a run can begin after it (fuzz/targets/warm_start.hpp).
void temper_sweeps(program& p, random& chance) {
  const auto sweeps = std::count_if(p.ops.begin(), p.ops.end(), is_sweep);
  if (sweeps == 0 && p.setup.start >= start::bits32 && p.setup.scene % 2 != 0 && !chance.one_in(8)) {
    std::vector<op> unused;
    const op sweep = standing_at(p, 0, chance, unused).sweep();
    p.ops.insert(p.ops.begin(), sweep);
  }
  if (chance.one_in(16)) return;
  if (sweeps > 1) p.ops.erase(std::find_if(p.ops.rbegin(), p.ops.rend(), is_sweep).base() - 1);
  if (sweeps != 0) {
    const auto sweep = std::find_if(p.ops.begin(), p.ops.end(), is_sweep);
    std::rotate(p.ops.begin(), sweep, sweep + 1);
  }
}

/// Takes ops away, anywhere: cutting the end alone would let old beginnings rule.
void cut(program& p, random& chance, std::size_t ops) {
  while (p.ops.size() > ops) {
    const std::size_t most = std::min<std::size_t>(p.ops.size() - ops, 1 + chance.below(12));
    const position at = some_op(p, chance, most);
    p.ops.erase(p.ops.begin() + at, p.ops.begin() + at + static_cast<position>(most));
  }
}

}  // namespace

void mutate(program& p, random& chance, std::size_t ops, taste about) {
  const unsigned changes = 1 + chance.below(chance.one_in(3) ? 5 : 2);
  for (unsigned n = 0; n < changes; ++n) {
    const unsigned what = chance.below(64);
    if (what < 18 && about == taste::exits && !chance.one_in(8)) {
      insert(p, chance, [](composer& c) { c.chance.one_in(2) ? add_exit_motif(c) : add_exit(c); });
    } else if (what < 18) {
      insert(p, chance, [](composer& c) { add_motif(c); });
    } else if (what < 24) {
      insert(p, chance, [](composer& c) { c.anything(); });
    } else if (what < 30) {
      erase(p, chance);
    } else if (what < 34) {
      repeat(p, chance);
    } else if (what < 38) {
      reorder(p, chance);
    } else if (what < 63) {
      tweak(p, chance);
    } else {
      tweak_setup(p, chance);
    }
  }
  if (about == taste::tables) temper_sweeps(p, chance);
  cut(p, chance, ops);
  canonicalise(p);
}

void cross(const program& a, const program& b, program& out, random& chance, std::size_t ops, taste about) {
  out.setup = chance.one_in(8) ? b.setup : a.setup;
  out.ops.clear();
  const auto copy = [&](const program& from, std::size_t first, std::size_t count) {
    count = std::min({count, from.ops.size() - first, ops - out.ops.size()});
    out.ops.insert(out.ops.end(), from.ops.begin() + static_cast<position>(first),
                   from.ops.begin() + static_cast<position>(first + count));
  };
  const auto cut_a = static_cast<std::size_t>(some_position(a, chance)),
             cut_b = static_cast<std::size_t>(some_position(b, chance));
  if (chance.one_in(2)) {  // one's beginning, the other's end
    copy(a, 0, cut_a);
    copy(b, cut_b, b.ops.size());
  } else {  // a piece of one inside the other
    copy(a, 0, cut_a);
    copy(b, cut_b, 1 + chance.below(12));
    copy(a, cut_a, a.ops.size());
  }
  if (about == taste::tables) temper_sweeps(out, chance);
  cut(out, chance, ops);
  canonicalise(out);
}

}  // namespace umbra::fuzz
