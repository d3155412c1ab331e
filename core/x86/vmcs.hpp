// Encodings of the VMCS fields that the core programs (SDM volume 3, appendix B).
#pragma once

#include <cstdint>

namespace umbra::x86 {

enum class vmcs : std::uint32_t {
  vpid = 0x0000,
  guest_efer = 0x2806,
  guest_cr0 = 0x6800,
  guest_cr3 = 0x6802,
  guest_cr4 = 0x6804,
};

}  // namespace umbra::x86
