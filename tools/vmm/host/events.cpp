#include "tools/vmm/host/events.hpp"

#include <utility>

#include "tools/vmm/guests/devices.h"

namespace umbra::vmm {
namespace {

void interrupt(vcpu& v, std::uint8_t vector) {
  kvm_interrupt i{.irq = vector};
  request(v.file(), KVM_INTERRUPT, &i, "sending an interrupt");
}

}  // namespace

bool event_source::serve(vcpu& v, std::uint16_t port, std::uint8_t value) {
  switch (port) {
    case INTERRUPT_PORT:
      interrupt(v, value);
      return true;
    case INTERRUPT_AT_HALT_PORT:
      at_halt_ = value;
      return true;
    case NMI_PORT:
      request(v.file(), KVM_NMI, 0ul, "sending an NMI");
      return true;
    default:
      return false;
  }
}

bool event_source::wake(vcpu& v) {
  const auto vector = std::exchange(at_halt_, std::nullopt);
  if (vector) interrupt(v, *vector);
  return vector.has_value();
}

}  // namespace umbra::vmm
