// Writes to CR0, CR3, CR4 and IA32_EFER: which raise #GP, what they do to the other registers, which cached
// translations they must invalidate (2.2.1, 2.5, 4.1.2, 4.4.1, 4.10.4.1, 11.9). What the model offers a guest: no PCID,
// no protection keys, no 5-level paging, no VMX; what CS.L decides is in control_access.hpp.
#pragma once

#include <word/word.hpp>

#include "models/reference/pdpte.hpp"

namespace umbra::reference {

/// What a write does besides changing the registers. After a fault the registers are as before.
struct cr_effect {
  flag faults = flag(false);              ///< #GP(0)
  flag invalidates = flag(false);         ///< translations of non-global pages, and the paging-structure caches
  flag invalidates_global = flag(false);  ///< those of global pages too
};

/// Whether `before` and `after` differ in any bit of `mask`.
inline flag changes(word before, word after, std::uint64_t mask) { return has(before ^ after, mask); }

/// Whether `before` has none of the bits of `mask` and `after` has some.
inline flag sets(word before, word after, std::uint64_t mask) {
  return both(negate(has(before, mask)), has(after, mask));
}

/// #GP for a value that CR0 cannot hold (2.5): bits 63:32, PG without PE, NW without CD.
inline flag invalid_cr0(word value) {
  return either(has(value, bits(63, 32)), either(both(has(value, x86::cr0::pg), negate(has(value, x86::cr0::pe))),
                                                 both(has(value, x86::cr0::nw), negate(has(value, x86::cr0::cd)))));
}

/// #GP for turning paging on with EFER.LME = 1 and CR4.PAE = 0 (4.1.2).
inline flag enters_ia32e_without_pae(const registers& r, word value) {
  return both(sets(r.cr0, value, x86::cr0::pg), both(has(r.efer, x86::efer::lme), negate(has(r.cr4, x86::cr4::pae))));
}

/// The bits of CR4 that the guest may set (2.5).
inline word allowed_cr4(const registers& r) {
  using namespace x86::cr4;
  return word{vme | pvi | tsd | de | x86::cr4::pse | x86::cr4::pae | mce | pge | pce | osfxsr | osxmmexcpt} |
         when(r.cpuid.smep, x86::cr4::smep) | when(r.cpuid.smap, x86::cr4::smap);
}

/// The bits of IA32_EFER that a write may have set (2.2.1): LMA, read-only, is ignored.
inline word allowed_efer(const registers& r) {
  return word{x86::efer::sce | x86::efer::lma} | when(r.cpuid.long_mode, x86::efer::lme) |
         when(r.cpuid.nx, x86::efer::nxe);
}

/// Makes `next` the registers, with PDPTEs loaded from CR3 if `loads`: a #GP unless `valid` and the PDPTEs are.
template <guest_memory Memory>
flag commit(registers& r, registers next, flag valid, flag loads, const Memory& memory) {
  if (negate(valid)) return flag(false);
  if (loads) {  // nested: reads memory only then, and forks only there
    if (negate(load_pdptes(next, memory))) return flag(false);
  }
  r = next;
  return flag(true);
}

/// MOV to CR0. Undefined bits below 32 are ignored, ET is always 1 (2.5). EFER.LMA follows LME and PG (4.1.2). PDPTEs
/// are loaded if CD, NW or PG changes and PAE paging is in use afterwards (4.4.1). All translations go if PG (4.10.4.1:
/// 1 to 0; 11.9: any change) or PE changes (11.9); WP takes effect on cached ones (4.6.1).
template <guest_memory Memory>
cr_effect write_cr0(registers& r, word value, const Memory& memory) {
  const word before = r.cr0;
  registers next = r;
  next.cr0 = (value & x86::cr0::defined) | x86::cr0::et;
  next.efer =
      (r.efer & ~x86::efer::lma) | when(both(has(r.efer, x86::efer::lme), has(value, x86::cr0::pg)), x86::efer::lma);
  const flag valid = negate(either(invalid_cr0(value), enters_ia32e_without_pae(r, value)));
  const flag loads = both(uses_pae(next), changes(before, value, x86::cr0::cd | x86::cr0::nw | x86::cr0::pg));
  if (negate(commit(r, next, valid, loads, memory))) return {.faults = flag(true)};
  const flag flushes = changes(before, value, x86::cr0::pg | x86::cr0::pe);
  return {.invalidates = flushes, .invalidates_global = flushes};
}

/// MOV to CR3. In IA-32e mode bits 63:MAXPHYADDR must be 0 (4.5, table 4-12); outside it CR3 has 32 bits. With PAE
/// paging in use the PDPTEs are loaded (4.4.1). All translations go but those of global pages (4.10.4.1).
template <guest_memory Memory>
cr_effect write_cr3(registers& r, word value, const Memory& memory) {
  registers next = r;
  next.cr3 = select<word>(ia32e_active(r), value, value & bits(31, 0));
  const flag valid = negate(both(ia32e_active(r), has(value, bits(63, r.cpuid.maxphyaddr))));
  if (negate(commit(r, next, valid, uses_pae(r), memory))) return {.faults = flag(true)};
  return {.invalidates = flag(true)};
}

/// MOV to CR4. PAE cannot be cleared in IA-32e mode (4.1.2). PDPTEs are loaded if PAE, PGE, PSE or SMEP changes and PAE
/// paging is in use afterwards (4.4.1). All translations, global ones too, go if PGE or PAE changes or SMEP is set
/// (4.10.4.1), or PSE changes (11.9); SMAP takes effect on cached ones (4.6.1).
template <guest_memory Memory>
cr_effect write_cr4(registers& r, word value, const Memory& memory) {
  const word before = r.cr4;
  registers next = r;
  next.cr4 = value;
  const flag undefined = (value & ~allowed_cr4(r)) != word{0};
  const flag leaves_pae = both(ia32e_active(r), negate(has(value, x86::cr4::pae)));
  const std::uint64_t structure = x86::cr4::pae | x86::cr4::pge | x86::cr4::pse;
  const flag loads = both(uses_pae(next), changes(before, value, structure | x86::cr4::smep));
  if (negate(commit(r, next, negate(either(undefined, leaves_pae)), loads, memory))) return {.faults = flag(true)};
  const flag flushes = either(changes(before, value, structure), sets(before, value, x86::cr4::smep));
  return {.invalidates = flushes, .invalidates_global = flushes};
}

/// WRMSR of IA32_EFER. LME cannot change while paging is on (4.1.2). No translation need go: NXE takes effect on cached
/// ones (4.6.1). The memory is unused; all four writes take the same arguments.
template <guest_memory Memory>
cr_effect write_efer(registers& r, word value, const Memory&) {
  const flag undefined = (value & ~allowed_efer(r)) != word{0};
  const flag switches_mode = both(paging(r), changes(r.efer, value, x86::efer::lme));
  const flag faults = either(undefined, switches_mode);
  r.efer = select<word>(faults, r.efer, (value & ~x86::efer::lma) | (r.efer & x86::efer::lma));
  return {.faults = faults};
}

}  // namespace umbra::reference
