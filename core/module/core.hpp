// The C++ side of a VM and of a vCPU, as glue.h's functions see them.
#pragma once

#include "core/mmu/mmu.hpp"
#include "core/module/host.hpp"
#include "core/module/live_check.hpp"
#include "core/vmx/cpu.hpp"

namespace umbra::module {

/// What C says of a processor.
inline x86::features features_of(const umbra_features& f) {
  return {.maxphyaddr = f.maxphyaddr,
          .nx = f.nx != 0,
          .long_mode = f.long_mode != 0,
          .gbpages = f.gbpages != 0,
          .smep = f.smep != 0,
          .smap = f.smap != 0};
}

/// The controls that every vCPU runs under: umbra_core_probe() has chosen them.
const vmx::controls& chosen_controls();

}  // namespace umbra::module

struct umbra_core {
  umbra_core(const umbra::platform::host& h, bool emulates)
      : host(h), memory(host, umbra_slot_limit, 0), mmu(memory), emulates(emulates) {}

  umbra::platform::host host;
  umbra::memory::space memory;
  umbra::mmu::mmu mmu;
  bool emulates;  ///< its vCPUs do
  umbra_cpu* cpus[umbra_vcpu_limit] = {};
};

struct umbra_cpu {
  umbra_cpu(umbra_core& c, unsigned id, const umbra::x86::features& f)
      : core(c),
        id(id),
        vmx(c.mmu, id, f, umbra::module::chosen_controls(),
            c.emulates ? umbra::vmx::executor::emulator : umbra::vmx::executor::hardware) {}

  umbra_core& core;
  unsigned id;
  umbra::vmx::cpu vmx;
  /// A VMM's, on their way in: where they are needed, nothing can be allocated.
  std::array<umbra::vcpu::cpuid_row, umbra_cpuid_limit> cpuid_rows{};
};
