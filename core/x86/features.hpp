// What CPUID promises a guest, as far as paging, control registers and MSRs are
// concerned. Fixed at a vCPU's first run.
#pragma once

#include <word/word.hpp>

namespace umbra::x86 {

struct features {
  unsigned maxphyaddr = 36;  ///< CPUID 80000008H:EAX[7:0], 32 to 52
  flag nx = true;            ///< EFER.NXE may be set
  flag long_mode = true;     ///< EFER.LME may be set
  flag gbpages = true;       ///< 1-GiB pages
  flag smep = true;
  flag smap = true;
  flag machine_check = false;  ///< IA32_MCG_CAP and IA32_MCG_STATUS are there
};

}  // namespace umbra::x86
