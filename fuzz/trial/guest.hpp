// One VM that trials run in. It lives as long as the process; only what a trial changes is put back.
#pragma once

#include "core/emulate/emulator.hpp"
#include "fuzz/trial/layout.hpp"
#include "models/machine/machine.hpp"

namespace umbra::fuzz {

class guest {
 public:
  /// `with_window`: the device window is memory; else nothing is there.
  guest(machine::machine&, unsigned vcpu, bool with_window);

  /// Puts control registers in force for a trial. False: memory does not allow it (PAE pointers that are reserved).
  bool enter_mode(const trial&);
  /// What CR0, CR4 and EFER are in force for a trial.
  static word cr0_of(const trial&);
  static word cr4_of(const trial&);
  static word efer_of(const trial&);
  static word cr3_of(const trial&);

  memory::space space;
  mmu::mmu mmu{space};
  vcpu::vcpu cpu;
  io::bus bus;
  emulate::emulator emulator{cpu, bus};
};

/// All registers but the control registers, as a trial has them.
vcpu::register_set registers_of(const trial&);

/// The tables, descriptors and the rest of memory before a trial changes anything: `memory_end` bytes.
void paint_memory(std::byte*);

}  // namespace umbra::fuzz
