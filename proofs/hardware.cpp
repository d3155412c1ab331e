#include "proofs/hardware.hpp"

#include "models/reference/paging_mode.hpp"
#include "models/reference/pdpte.hpp"

namespace umbra::proofs {

flag shadow_tables::backed(word address) const {
  // Hardware that leaves the tables reads memory of the guest's, which may hold anything.
  host.path.prove(host.is_table(address >> page_shift), "hardware walks shadow tables only");
  return true;
}

word shadow_tables::read(word address, unsigned) const {
  const word frame = address >> page_shift;
  host.path.assume(host.is_used_table(frame));
  return host.table_at(host.path.value_of(frame))->present(field(address, 3, 9));
}

namespace {

/// The table that CR3 names in PAE paging.
struct pointer_table {
  platform::host& host;

  flag backed(word address) const { return host.is_table(address >> page_shift); }
  word read(word address, unsigned) const {
    return host.table_at(host.path.value_of(address >> page_shift))->get(field(address, 3, 9));
  }
};

}  // namespace

reference::registers hardware_registers(smt::path& p, platform::host& host) {
  using x86::vmcs;
  reference::registers r;
  r.cr0 = host.vmcs.at(vmcs::guest_cr0);
  r.cr3 = host.vmcs.at(vmcs::guest_cr3);
  r.cr4 = host.vmcs.at(vmcs::guest_cr4);
  r.efer = host.vmcs.at(vmcs::guest_efer);
  r.cpuid.maxphyaddr = 52;
  if (reference::uses_pae(r)) {
    if (negate(reference::load_pdptes(r, pointer_table{host}))) p.refute("VM entry finds valid PDPTEs (SDM 26.3.1.6)");
  }
  return r;
}

}  // namespace umbra::proofs
