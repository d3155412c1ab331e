// `platform::host` as the machine defines it: everything that the core's platform functions act upon.
#pragma once

#include <array>
#include <cstdint>

#include "core/platform/platform.hpp"
#include "models/machine/counters.hpp"
#include "models/machine/heap.hpp"
#include "models/machine/incident.hpp"
#include "models/machine/processor.hpp"
#include "models/machine/race.hpp"
#include "models/machine/ram.hpp"
#include "models/machine/table_arena.hpp"

namespace umbra::platform {

struct host {
  static constexpr std::uint64_t never = ~std::uint64_t{0};

  umbra::machine::incident_log incidents;
  umbra::machine::counters count;
  umbra::machine::ram memory;
  umbra::machine::table_arena tables;
  umbra::machine::heap heap;
  umbra::machine::race_schedule races;
  std::array<umbra::machine::processor, umbra::machine::vcpu_limit> cpus{
      umbra::machine::processor{{memory, tables, incidents, count}, 1},
      umbra::machine::processor{{memory, tables, incidents, count}, 2}};
  bool locked = false;
  std::uint64_t fail_at = never;  ///< the value of count.allocations at which a request is refused
};

}  // namespace umbra::platform
