// Programs for tests of the codecs: every kind with operands from everywhere, compact and not.
#pragma once

#include <random>
#include <vector>

#include "fuzz/ops/program.hpp"

namespace umbra::fuzz::sample {

inline std::vector<std::uint8_t> bytes(std::mt19937_64& random, std::size_t count) {
  std::vector<std::uint8_t> all(count);
  for (auto& b : all) b = static_cast<std::uint8_t>(random());
  return all;
}

/// A number of any magnitude, often with few bits set.
inline std::uint64_t number(std::mt19937_64& random) {
  switch (random() % 4) {
    case 0: return random() >> (random() % 64);
    case 1: return std::uint64_t{1} << (random() % 64);
    case 2: return (random() % 256) << 12 | (random() & 0x1ff);
    default: return random() & random() & random();
  }
}

inline program any_program(std::mt19937_64& random, std::size_t ops) {
  program p;
  p.setup.cpuid = {static_cast<unsigned>(32 + random() % 21), random() % 2 != 0, random() % 2 != 0,
                   random() % 2 != 0, random() % 2 != 0, random() % 2 != 0};
  p.setup.shadow_pages = static_cast<std::uint16_t>(random());
  p.setup.scene = static_cast<std::uint8_t>(random() % 4);
  p.setup.start = static_cast<start>(random() % 5);
  for (bool setup::*flag : {&setup::wp, &setup::nxe, &setup::smep, &setup::smap, &setup::pse, &setup::pge}) {
    p.setup.*flag = random() % 2 != 0;
  }
  for (std::size_t n = 0; n < ops; ++n) {
    op o;
    o.kind = static_cast<kind>(random() % kind_count);
    o.size = static_cast<std::uint8_t>(1 + random() % 8);
    o.index = static_cast<std::uint8_t>(random());
    o.bits = static_cast<std::uint8_t>(random());
    o.who = static_cast<racer>(random() % 3);
    o.by = {static_cast<std::uint8_t>(random() % 4), random() % 2 != 0, random() % 2 != 0};
    o.count = static_cast<std::uint32_t>(number(random));
    o.address = number(random);
    o.value = number(random);
    for (std::uint32_t* t : {&o.told.event, &o.told.error_code, &o.told.vectoring_event, &o.told.vectoring_error_code,
                             &o.told.information}) {
      if (random() % 2 != 0) *t = static_cast<std::uint32_t>(number(random));
    }
    p.ops.push_back(o);
  }
  canonicalise(p);
  return p;
}

}  // namespace umbra::fuzz::sample
