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

/// The fields as the processor has them.
class vmcs_fields {
 public:
  explicit vmcs_fields(const machine::processor& cpu) : cpu_(cpu) {}
  word operator()(x86::vmcs f) const { return machine::vmcs_store::exists(f) ? cpu_.read_register(f) : 0; }

 private:
  const machine::processor& cpu_;
};

/// The same, with the mode that the guest's EFER says: what VM entry is to be told of it, the core writes just before.
class fields_in_mode {
 public:
  fields_in_mode(const vmcs_fields& f, bool long_mode) : fields_(f), long_mode_(long_mode) {}
  word operator()(x86::vmcs f) const {
    if (f == x86::vmcs::entry_controls) return as_the_mode(fields_(f), x86::entry_control::guest_64_bit);
    if (f == x86::vmcs::guest_efer) return as_the_mode(fields_(f), x86::efer::lme | x86::efer::lma);
    return fields_(f);
  }

 private:
  word as_the_mode(word value, std::uint64_t bits) const { return long_mode_ ? value | bits : value & ~bits; }

  const vmcs_fields& fields_;
  bool long_mode_;
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
