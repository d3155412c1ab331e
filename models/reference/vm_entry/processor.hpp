// What VM entry's checks depend on besides the VMCS: what the processor can do, and the mode in which VMLAUNCH finds
// it.
#pragma once

#include <word/word.hpp>

#include "core/x86/features.hpp"

namespace umbra::reference {

struct vmx_processor {
  // The capability MSRs (SDM appendix A). Where IA32_VMX_BASIC says that there are TRUE ones, these are those.
  word basic{}, misc{}, ept_vpid{}, vm_functions{};
  word pin{}, processor{}, secondary{}, exit{}, entry{};
  word cr0_fixed0{}, cr0_fixed1{}, cr4_fixed0{}, cr4_fixed1{};

  x86::features cpuid{};
  word debugctl{3};             ///< the bits of IA32_DEBUGCTL that are not reserved
  word performance_control{};   ///< of IA32_PERF_GLOBAL_CTRL
  flag rtm = flag(false);       ///< restricted transactional memory
  flag sgx = flag(false);       ///< enclaves
  flag in_smm = flag(false);    ///< system-management mode
  flag long_mode = flag(true);  ///< IA32_EFER.LMA when the instruction is executed
  word current_vmcs{};          ///< its physical address
};

}  // namespace umbra::reference
