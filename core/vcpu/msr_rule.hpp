// Which values a model-specific register takes (SDM volume 4, table 2-2, and where volume 3 describes a register).
#pragma once

#include <word/word.hpp>

#include "core/x86/features.hpp"

namespace umbra::vcpu {

enum class msr_rule : unsigned char {
  any,
  constant,         ///< read only
  revision,         ///< the VMM's; what a guest writes is ignored
  command,          ///< write only, and nothing comes of it
  lower_half,       ///< bits 63:32 are reserved
  canonical,        ///< a linear address
  apic_base,        ///< SDM 10.4.4, without x2APIC
  misc_enable,      ///< of it, fast strings
  debugctl,         ///< of it, BTF
  machine_check,    ///< the status of a machine check
  page_attributes,  ///< eight memory types (SDM 11.12.2)
  fixed_ranges,     ///< eight memory types of MTRRs (SDM 11.11.2.2)
  range_default,    ///< SDM 11.11.2.1
  range_base,       ///< SDM 11.11.2.3
  range_mask,
  efer,  ///< control_registers knows
};

/// Whether a register that can be written takes `value`.
flag takes(msr_rule, word value, const x86::features&);

}  // namespace umbra::vcpu
