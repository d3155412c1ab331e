// Which kinds of op a program may have. Leaving some out at random makes room for what the others do together.
#pragma once

#include <cstdint>

#include "fuzz/mutator/random.hpp"
#include "fuzz/op.hpp"

namespace umbra::fuzz {

class swarm {
 public:
  static constexpr swarm everything() { return swarm((1u << kind_count) - 1); }
  /// Accesses, and each other kind with a chance of its own.
  static swarm draw(random& from) {
    unsigned kinds = basis;
    for (unsigned k = 0; k < kind_count; ++k) {
      if (from.below(8) < 5) kinds |= 1u << k;
    }
    return swarm(kinds);
  }
  /// Accesses, ops of exits, and the kinds that a program has.
  static swarm of(const program& p) {
    unsigned kinds = basis | exits;
    for (const op& o : p.ops) kinds |= 1u << static_cast<unsigned>(o.kind);
    return swarm(kinds);
  }

  bool has(kind k) const { return (kinds_ >> static_cast<unsigned>(k) & 1) != 0; }

 private:
  /// Those of exits, which only a taste for exits adds.
  static constexpr unsigned exits = ((1u << kind_count) - 1) & ~((1u << static_cast<unsigned>(kind::exit)) - 1);
  static constexpr unsigned basis = 1u << static_cast<unsigned>(kind::read) | 1u << static_cast<unsigned>(kind::write);

  explicit constexpr swarm(unsigned kinds) : kinds_(kinds) {}

  unsigned kinds_;
};

}  // namespace umbra::fuzz
