// What the reference model of VM entry has to know of the machine: its capabilities, one vCPU's VMCS, the host's
// memory.
#pragma once

#include "core/x86/control.hpp"
#include "core/x86/vmx_controls.hpp"
#include "models/machine/machine.hpp"
#include "models/reference/vm_entry/check.hpp"

namespace umbra::fuzz {

/// By the capability MSRs that the machine's processors have.
const reference::vmx_processor& machine_processor();

/// The fields of a VMCS; of those that there are none, 0.
class vmcs_fields {
 public:
  explicit vmcs_fields(const machine::vmcs_store& s) : fields_(s) {}
  word operator()(x86::vmcs f) const { return machine::vmcs_store::exists(f) ? fields_.get(f) : 0; }

 private:
  const machine::vmcs_store& fields_;
};

/// Tables that the core has taken: lists of MSRs, and those that CR3 names.
class host_memory {
 public:
  explicit host_memory(const machine::table_arena& tables) : tables_(tables) {}
  word read(word address, unsigned bytes) const {
    const table* t = tables_.find(address >> 12);
    if (t == nullptr) return ~word{0};
    const word value = t->get((address & 0xfff) / 8);
    return bytes == 8 ? value : value >> 8 * (address & 4) & 0xffff'ffff;
  }

 private:
  const machine::table_arena& tables_;
};

}  // namespace umbra::fuzz
