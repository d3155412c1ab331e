// A guest under exploration: one vCPU's registers, any that its own writes can lead to, in core and in the model.
#pragma once

#include "core/mmu/access.hpp"
#include "core/vcpu/control_registers.hpp"
#include "models/reference/registers.hpp"
#include "models/smt/host.hpp"
#include "proofs/theorem.hpp"

namespace umbra::proofs {

/// The values that the guest writes, to bring about the paging format of `u`.
struct register_values {
  word cr4, efer, cr3, cr0;
};
register_values any_registers(smt::path&, const unit& u);

/// Any features that a CPU with this address width may have.
x86::features any_features(smt::path&, const unit& u);

/// Guest-physical memory as the model asks for it: as it is, unseen by the core's account of reads.
struct memory_as_it_is {
  platform::host& host;

  word host_address(word gpa) const;
  flag backed(word gpa) const { return behind(gpa).backed; }
  flag read_only(word gpa) const { return behind(gpa).read_only; }
  word read(word gpa, unsigned bytes) const { return host.memory.peek(host_address(gpa), bytes); }

 private:
  smt::address_space::answer behind(word gpa) const;
};

/// Any access (SDM 4.6): a fetch never writes, and EFLAGS.AC is only of interest to explicit supervisor accesses.
reference::access any_access(smt::path&);
mmu::access as_core(const reference::access&);

/// Any linear address that gets as far as paging: canonical in 4-level paging.
word any_linear_address(smt::path&, const unit& u);
/// The part of it that is an address: 32 bits outside 4-level paging.
word linear_address(word gva, const unit& u);

}  // namespace umbra::proofs
