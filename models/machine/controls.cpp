#include "models/machine/controls.hpp"

#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "models/machine/layout.hpp"

namespace umbra::machine {
namespace {

constexpr std::uint64_t beyond_width = ~((std::uint64_t{1} << physical_bits) - 1);

constexpr std::uint64_t known_cr4 = x86::cr4::vme | x86::cr4::pvi | x86::cr4::tsd | x86::cr4::de | x86::cr4::pse |
                                    x86::cr4::pae | x86::cr4::mce | x86::cr4::pge | x86::cr4::pce |
                                    x86::cr4::osfxsr | x86::cr4::osxmmexcpt | x86::cr4::vmxe | x86::cr4::smep |
                                    x86::cr4::smap;
constexpr std::uint64_t known_efer = x86::efer::sce | x86::efer::lme | x86::efer::lma | x86::efer::nxe;

}  // namespace

const char* entry_failure(const controls& c) {
  const bool long_mode = (c.efer & x86::efer::lma) != 0;
  // Without unrestricted guest, PE and PG are among the bits that VMX fixes to 1 (SDM 27.3.1.1, A.7), as is NE; of CR4
  // it fixes VMXE (A.8).
  if (!(c.cr0 & x86::cr0::pe) || !(c.cr0 & x86::cr0::pg)) return "CR0.PE and CR0.PG must be 1";
  if (!(c.cr0 & x86::cr0::ne)) return "CR0.NE must be 1";
  if (c.cr0 >> 32 != 0) return "CR0 has bits above 31";
  if (!(c.cr4 & x86::cr4::vmxe)) return "CR4.VMXE must be 1";
  if (c.cr4 & ~known_cr4) return "CR4 has a bit that the processor does not support";
  if (!(c.cr4 & x86::cr4::pae)) return "CR4.PAE must be 1: no shadow table has the 32-bit format";
  if (c.cr3 & beyond_width) return "CR3 has bits beyond the physical-address width";
  if (!long_mode && c.cr3 >> 32 != 0) return "CR3 is 32 bits wide in PAE paging";
  if (c.efer & ~known_efer) return "EFER has a reserved bit";
  if (long_mode != ((c.efer & x86::efer::lme) != 0)) return "EFER.LMA and EFER.LME must agree while CR0.PG is 1";
  if (c.vpid == 0 || c.vpid > 0xffff) return "the VPID must be 1 to 65535";
  // These two are not VM entry's business but umbra's: without them read-only and NX shadow entries mean nothing.
  if (!(c.cr0 & x86::cr0::wp)) return "CR0.WP must be 1: the supervisor would write through read-only shadow entries";
  if (!(c.efer & x86::efer::nxe)) return "EFER.NXE must be 1: XD would be reserved in shadow entries";
  return nullptr;
}

bool pdpte_invalid(std::uint64_t entry) {
  constexpr std::uint64_t low = 0x1e6;  // bits 2:1 and 8:5 (SDM table 4-8)
  return (entry & x86::entry::present) && (entry & (low | beyond_width));
}

}  // namespace umbra::machine
