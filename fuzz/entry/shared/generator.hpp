// Makes the state of a number, from a seed: a guest that VM entry accepts, varied in ways that it accepts, then spoilt
// in up to two places. Both sides run it.
#pragma once

#include "fuzz/entry/shared/guests.hpp"
#include "fuzz/entry/shared/safety.hpp"
#include "fuzz/entry/shared/spoil.hpp"
#include "fuzz/entry/shared/vary.hpp"

namespace umbra::entrycheck {

class generator {
 public:
  generator(const capabilities& c, const host& h, std::uint64_t seed) : capabilities_(c), host_(h), seed_(seed) {}

  void make(std::uint32_t number, state& s) const {
    opguest::random r{seed_, number};
    s = state{};
    set_controls(s, capabilities_);
    set_host(s, host_);
    set_guest(s, capabilities_, static_cast<mode>(r.below(modes)));
    for (unsigned n = r.below(4); n > 0; --n) vary(s, capabilities_, r);
    for (unsigned n = r.below(3); n > 0; --n) spoil(s, capabilities_, r);
    keep_safe(s, capabilities_, host_, r);
  }

 private:
  const capabilities& capabilities_;
  const host& host_;
  std::uint64_t seed_;
};

}  // namespace umbra::entrycheck
