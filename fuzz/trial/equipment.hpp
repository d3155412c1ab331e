// What a laboratory holds: the machine, its two VMs, and scratch memory.
#pragma once

#include <string>

#include "fuzz/trial/laboratory.hpp"
#include "fuzz/trial/reading.hpp"
#include "models/invariants/workspace.hpp"

namespace umbra::fuzz {

struct laboratory::equipment {
  equipment();

  machine::machine host;
  guest whole{host, 0, true};      ///< all of memory is memory
  guest windowed{host, 1, false};  ///< the device window is a hole
  fuzz::stage stage{host.memory()};
  fuzz::stage::window window{stage};
  fuzz::stage::ports ports;
  io::bus window_bus;  ///< has the window and the ports as devices in the core
  emulate::emulator in_core{windowed.cpu, window_bus};
  invariants::workspace workspace;
  reference::memory_map map;  ///< of `whole`
  reading read;               ///< the instruction of the trial at hand
};

/// Whether a change only sets accessed or dirty bits of page-table entries, which lie from `tables` on, as finding an
/// operand does.
bool only_sets_accessed(trial_mode, const changed_byte&, std::uint32_t tables = tables_at);

/// Whether each page that is mapped is mapped at its own address: only entries for single pages were changed, and they
/// still name their pages.
bool maps_identically(const trial&);

/// A short text that no library outside makes: MSan would not know it.
struct short_text {
  char text[96] = "";

  bool empty() const { return *text == '\0'; }
  const char* c_str() const { return text; }
};

/// The first register in which two sets differ, or "".
short_text difference(const vcpu::register_set&, const vcpu::register_set& wanted);

}  // namespace umbra::fuzz
