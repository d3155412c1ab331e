// 27.3.1.6: checks on the guest's page-directory-pointer-table entries.
#include "models/reference/pdpte.hpp"
#include "models/reference/vm_entry/rules.hpp"
#include "models/reference/vm_entry/terms.hpp"

namespace umbra::reference {
namespace {

using enum x86::vmcs;
using enum entry_failure;

/// Entry `i`: the VMCS holds it if EPT is in use, memory at CR3 otherwise. It is read only for a guest with PAE paging.
flag entry_is_valid(const entry_view& v, unsigned i) {
  const flag pae = both(both(cr0_has(v, x86::cr0::pg), v.has(guest_cr4, x86::cr4::pae)), negate(ia32e_guest(v)));
  if (negate(pae)) return flag(true);
  const registers width{.cpuid = v.processor.cpuid};
  if (secondary(v, x86::secondary_control::enable_ept)) return valid_pdpte(v(nth(guest_pdpte0, i)), width);
  return valid_pdpte(v.memory.read((v(guest_cr3) & bits(31, 5)) + word{8 * i}, 8), width);
}

constexpr entry_rule rules[] = {
    {pdptes, "27.3.1.6", "PDPTE 0", "has no reserved bit if present, in PAE paging",
     [](const entry_view& v) { return entry_is_valid(v, 0); }},
    {pdptes, "27.3.1.6", "PDPTE 1", "has no reserved bit if present, in PAE paging",
     [](const entry_view& v) { return entry_is_valid(v, 1); }},
    {pdptes, "27.3.1.6", "PDPTE 2", "has no reserved bit if present, in PAE paging",
     [](const entry_view& v) { return entry_is_valid(v, 2); }},
    {pdptes, "27.3.1.6", "PDPTE 3", "has no reserved bit if present, in PAE paging",
     [](const entry_view& v) { return entry_is_valid(v, 3); }},
};

}  // namespace

entry_rules pdpte_rules() { return rules; }

}  // namespace umbra::reference
