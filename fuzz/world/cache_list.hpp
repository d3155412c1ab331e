// What the machine's processors have cached, in the terms of models/invariants.
#pragma once

#include "models/invariants/caches.hpp"
#include "models/machine/machine.hpp"

namespace umbra::fuzz {

class cache_list {
 public:
  explicit cache_list(const machine::machine& m) : machine_(m) {}

  template <class F>
  void for_each_translation(F&& f) const {
    for (unsigned v = 0; v < machine::vcpu_limit; ++v) {
      const machine::processor& cpu = machine_.cpu(v);
      cpu.translations().for_each([&](const machine::translation& t) {
        if (t.vpid == cpu.latched().vpid)
          f(invariants::cached_translation{v, t.page << 12, t.frame, t.write, t.user, t.execute});
      });
    }
  }

  template <class F>
  void for_each_structure(F&& f) const {
    for (unsigned v = 0; v < machine::vcpu_limit; ++v) {
      const machine::processor& cpu = machine_.cpu(v);
      cpu.structures().for_each([&](const machine::structure& s) {
        if (s.vpid != cpu.latched().vpid) return;
        const std::uint64_t gva = s.prefix << machine::structure_cache::shift_of(s.level);
        f(invariants::cached_structure{v, gva, s.level, s.table, s.write, s.user, s.execute});
      });
    }
  }

  bool in_guest(unsigned v) const { return machine_.cpu(v).in_guest(); }

  std::uint64_t root(unsigned v, unsigned n) const {
    const machine::processor& cpu = machine_.cpu(v);
    constexpr std::uint64_t frame_mask = (std::uint64_t{1} << (machine::physical_bits - 12)) - 1;
    if (cpu.level4()) return n == 0 ? cpu.latched().cr3 >> 12 & frame_mask : 0;
    return (cpu.pdptes()[n] & 1) != 0 ? cpu.pdptes()[n] >> 12 & frame_mask : 0;
  }

 private:
  const machine::machine& machine_;
};

}  // namespace umbra::fuzz
