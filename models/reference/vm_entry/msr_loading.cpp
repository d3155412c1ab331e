#include "models/reference/vm_entry/msr_loading.hpp"

#include "models/reference/msrs.hpp"
#include "models/reference/vm_entry/terms.hpp"

namespace umbra::reference {
namespace {

using enum x86::vmcs;

/// Registers that VM entry never loads: the bases of FS and GS, x2APIC's registers, and the trigger of microcode
/// updates (volume 4, table 2-2: model-specific reasons).
flag never_loaded(word index) {
  using enum x86::msr;
  return either(either(is(index, fs_base), is(index, gs_base)),
                either((index >> 8) == word{8}, is(index, microcode_update)));
}

/// The guest's state has been loaded by now (27.3.2.1): EFER is what the VMCS or "IA-32e mode guest" made it.
msr_state loaded_state(const entry_view& v) {
  const word by_control = when(ia32e_guest(v), x86::efer::lme | x86::efer::lma);
  const word efer = select(on_entry(v, x86::entry_control::load_efer), v(guest_efer), by_control);
  return {.cpuid = v.processor.cpuid,
          .cr0 = v(guest_cr0),
          .efer = efer,
          .debugctl_bits = v.processor.debugctl,
          .rdtscp = has(v.processor.secondary >> 32, x86::secondary_control::enable_rdtscp)};
}

}  // namespace

word failing_msr(const entry_view& v) {
  const msr_state state = loaded_state(v);
  const word list = v(entry_msr_load_address), count = v(entry_msr_load_count);
  word failing{0};
  for (unsigned i = 0; i < msr_list_limit; ++i) {
    if (word{i} >= count) break;
    const word head = v.memory.read(list + word{16 * i}, 8), value = v.memory.read(list + word{16 * i + 8}, 8);
    const word index = head & bits(31, 0);
    const flag smm_only = both(is(index, x86::msr::smm_monitor_control), negate(v.processor.in_smm));
    const flag fails = either(either(never_loaded(index), smm_only),
                              either(has(head, bits(63, 32)), wrmsr_faults(index, value, state)));
    failing = select(both(failing == word{0}, fails), word{i + 1}, failing);
  }
  return failing;
}

}  // namespace umbra::reference
