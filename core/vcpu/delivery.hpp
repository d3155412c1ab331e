// What a vCPU's next VM entry delivers to the guest, and what it asks to hear of.
//
// Of several events the order is the SDM's (6.9, table 6-2): an exception belongs to the instruction that is done or
// under way, and goes first; then a trap that is pending, then NMIs, then external interrupts.
#pragma once

#include "core/vcpu/event.hpp"

namespace umbra::vcpu {

/// Where the event that is delivered comes from.
enum class event_source : unsigned char { none, exception, nmi, interrupt };

struct delivery {
  event_source source = event_source::none;
  vcpu::event event{};
  /// An exit is due as soon as the guest can take an interrupt, or an NMI: something waits.
  bool interrupt_window = false, nmi_window = false;
};

}  // namespace umbra::vcpu
