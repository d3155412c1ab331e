#include "tools/vmm/host/attic.hpp"

#include "tools/vmm/guests/devices.h"

namespace umbra::vmm {
namespace {

constexpr std::uint32_t slot = 31;  // the last: umbra has 32

}  // namespace

attic::attic(const descriptor& vm) : vm_(vm), memory_(ATTIC_BYTES) {}

void attic::set(std::uint64_t guest_address, std::uint64_t bytes, std::uint32_t flags) {
  kvm_userspace_memory_region region{};
  region.slot = slot;
  region.flags = flags;
  region.guest_phys_addr = guest_address;
  region.memory_size = bytes;
  region.userspace_addr = reinterpret_cast<std::uint64_t>(memory_.bytes().data());
  request(vm_, KVM_SET_USER_MEMORY_REGION, &region, "moving the attic");
}

bool attic::serve(std::uint16_t port, std::uint8_t value) {
  if (port != ATTIC_PORT) return false;
  const unsigned place = value & ~ATTIC_READ_ONLY;
  const std::uint32_t flags = (value & ATTIC_READ_ONLY) != 0 ? KVM_MEM_READONLY : 0;
  const bool somewhere = place < ATTIC_PLACES;
  // A region can move, but not become another kind.
  if (flags_ && (!somewhere || *flags_ != flags)) {
    set(0, 0, 0);
    flags_.reset();
  }
  if (somewhere) {
    set(ATTIC + place * ATTIC_BYTES, ATTIC_BYTES, flags);
    flags_ = flags;
  }
  return true;
}

}  // namespace umbra::vmm
