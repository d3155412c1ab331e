// A specimen's registers as the emulator has them, and back.
#pragma once

#include <array>
#include <functional>

#include "core/vcpu/vcpu.hpp"
#include "fuzz/guest/system/shared/specimen.hpp"

namespace umbra::system_guest {

/// `descriptor_at` reads 8 bytes of the specimen's memory: hidden parts of segment registers are what the descriptors
/// say.
vcpu::register_set state_of(const specimen&, const std::function<std::uint64_t(std::uint32_t)>& descriptor_at);

/// All registers that are compared. Those that a processor does not show in the specimen's mode are as they were.
std::array<std::uint64_t, SLOT_COUNT> slots_of(const specimen&, vcpu::vcpu&);

}  // namespace umbra::system_guest
