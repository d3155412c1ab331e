#include "fuzz/world/processor_facts.hpp"

#include "models/machine/layout.hpp"
#include "models/machine/msrs.hpp"

namespace umbra::fuzz {

const reference::vmx_processor& machine_processor() {
  static const reference::vmx_processor known = [] {
    using enum x86::msr;
    const auto value = [](x86::msr which) {
      std::uint64_t v = 0;
      machine::read_msr(which, v);
      return v;
    };
    reference::vmx_processor p;
    p.basic = value(vmx_basic);
    p.misc = value(vmx_misc);
    p.ept_vpid = value(vmx_ept_vpid);
    p.pin = value(vmx_true_pin_controls);
    p.processor = value(vmx_true_processor_controls);
    p.secondary = value(vmx_secondary_controls);
    p.exit = value(vmx_true_exit_controls);
    p.entry = value(vmx_true_entry_controls);
    p.cr0_fixed0 = value(vmx_cr0_fixed0);
    p.cr0_fixed1 = value(vmx_cr0_fixed1);
    p.cr4_fixed0 = value(vmx_cr4_fixed0);
    p.cr4_fixed1 = value(vmx_cr4_fixed1);
    p.cpuid.maxphyaddr = machine::physical_bits;
    return p;
  }();
  return known;
}

}  // namespace umbra::fuzz
