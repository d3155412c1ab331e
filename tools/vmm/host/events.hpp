// Events that a guest asks for: a byte on one of three ports sends an interrupt, keeps one for the next HLT, or sends
// an NMI.
#pragma once

#include <cstdint>
#include <optional>

#include "tools/vmm/host/machine.hpp"

namespace umbra::vmm {

class event_source {
 public:
  /// Whether the port is one of these, and what the byte asks for done.
  bool serve(vcpu&, std::uint16_t port, std::uint8_t value);
  /// The guest has halted. False: no interrupt is kept for that.
  bool wake(vcpu&);

 private:
  std::optional<std::uint8_t> at_halt_;
};

}  // namespace umbra::vmm
