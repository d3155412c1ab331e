// The processor that runs the guest: the model's own walk, on the tables and registers that the core gave it.
#pragma once

#include "models/reference/registers.hpp"
#include "models/smt/host.hpp"
#include "proofs/theorem.hpp"

namespace umbra::proofs {

/// Shadow tables as memory. Hardware that is sent anywhere else is an error of the core's. Where an entry is not
/// present it exits, and nothing is claimed: reading one ends the path.
struct shadow_tables {
  platform::host& host;

  flag backed(word address) const;
  word read(word address, unsigned bytes) const;
};

/// What VM entry loads: the VMCS fields that the core wrote, and in PAE paging the PDPTEs behind them (SDM 26.3.2.4).
reference::registers hardware_registers(smt::path&, platform::host&);

}  // namespace umbra::proofs
