// What the simulated machine's processors have cached, in the checkers' terms.
#pragma once

#include "models/invariants/caches.hpp"
#include "models/machine/machine.hpp"

namespace umbra::invariants {

struct held {
  const machine::machine& m;

  template <class F>
  void for_each_translation(F&& f) const {
    for (unsigned v = 0; v < 2; ++v)
      m.cpu(v).translations().for_each([&](const machine::translation& t) {
        f(cached_translation{v, t.page << 12, t.frame, t.write, t.user, t.execute});
      });
  }
  template <class F>
  void for_each_structure(F&& f) const {
    for (unsigned v = 0; v < 2; ++v)
      m.cpu(v).structures().for_each([&](const machine::structure& s) {
        f(cached_structure{v, s.prefix << machine::structure_cache::shift_of(s.level), s.level, s.table, s.write,
                           s.user, s.execute});
      });
  }
  bool in_guest(unsigned v) const { return m.cpu(v).in_guest(); }
  std::uint64_t root(unsigned v, unsigned n) const {
    const machine::processor& cpu = m.cpu(v);
    if (cpu.level4()) return n == 0 ? cpu.latched().cr3 >> 12 : 0;
    return cpu.pdptes()[n] & 1 ? cpu.pdptes()[n] >> 12 : 0;
  }
};
static_assert(caches<held>);

}  // namespace umbra::invariants
