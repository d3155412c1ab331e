// All that an instruction may read and change besides memory and CR0, CR3, CR4 and EFER, as a value.
//
// core/vmx loads it from the VMCS at an exit, and stores it before VM entry; nothing here knows of VMX.
#pragma once

#include <array>

#include "core/vcpu/general_registers.hpp"
#include "core/vcpu/segment.hpp"
#include "core/x86/control.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/interruptibility.hpp"

namespace umbra::vcpu {

/// Whether CR8 takes a value.
constexpr flag valid_priority(word cr8) { return negate(has(cr8, ~x86::cr8::priority)); }

struct register_set {
  general_registers general;
  vcpu::segments segments = vcpu::segments::at_reset();
  word cr8{};
  std::array<word, 4> breakpoint{};  ///< DR0 to DR3
  word dr6{x86::dr6::ones}, dr7{x86::dr7::ones};
  word blocking{};  ///< interruptibility (x86::interruptibility)

  /// Whether external interrupts are taken: RFLAGS.IF is set, and no instruction before has put them off.
  flag takes_interrupts() const {
    return both(has(general.rflags, x86::rflags::interrupt), negate(has(blocking, x86::interruptibility::shadow)));
  }
  /// Whether NMIs are. What STI puts off may include them (SDM table 25-3), and here does.
  flag takes_nmis() const {
    return negate(has(blocking, x86::interruptibility::shadow | x86::interruptibility::by_nmi));
  }
};

}  // namespace umbra::vcpu
