// What the program learns of the processor that it runs on, and both sides draw states by.
#pragma once

#include <cstdint>

namespace umbra::entrycheck {

/// The capability MSRs of VMX (SDM appendix A), the TRUE ones of the controls, and some CPUID facts.
struct capabilities {
  std::uint64_t basic, misc, ept_vpid, vm_functions, pin, processor, secondary, exit, entry, cr0_fixed0, cr0_fixed1,
      cr4_fixed0, cr4_fixed1;
  std::uint64_t maxphyaddr;
  std::uint64_t features;  ///< bits of feature
};

namespace feature {
constexpr std::uint64_t nx = 1, long_mode = 2, rtm = 4, sgx = 8;
}

/// Controls that may be 1 are in the upper half of a capability MSR, those that must be in the lower.
constexpr std::uint64_t must(std::uint64_t capability) { return capability & 0xffff'ffff; }
constexpr std::uint64_t may(std::uint64_t capability) { return capability >> 32; }

}  // namespace umbra::entrycheck
