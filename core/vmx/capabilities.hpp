// What the processor's VMX can do (SDM appendix A).
#pragma once

#include "core/platform/platform.hpp"

namespace umbra::vmx {

/// Bits of a register or a set of controls that must be 1, and those that may be.
struct allowed {
  std::uint64_t must = 0, may = 0;
};

struct capabilities {
  allowed pin, processor, secondary, exit, entry;
  allowed cr0, cr4;
  bool flushes_by_vpid = false;  ///< what a VPID stands for in caches can be dropped

  /// False: this processor has no VMX.
  bool read(platform::host&);
};

}  // namespace umbra::vmx
