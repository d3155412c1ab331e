// The entries of shadow tables: what the processor that runs the guest reads. PAE and 4-level paging share the format.
// An entry that is not present is zero, so that it names no frame to a processor that speculates (L1TF).
#pragma once

#include "core/mmu/access.hpp"
#include "core/x86/address.hpp"
#include "core/x86/entry.hpp"

namespace umbra::mmu::shadow {

/// Which entry of a shadow table at `level` an address uses.
constexpr word index(gva where, unsigned level) { return field(where.value, 12 + 9 * (level - 1), 9); }

constexpr flag present(word entry) { return has(entry, x86::entry::present); }
constexpr flag writable(word entry) { return has_all(entry, x86::entry::present | x86::entry::write); }
constexpr hfn target(word entry) { return {field(entry, 12, 40)}; }

/// A leaf: write-back, never global. Accessed and dirty are set at once, since the guest's own bits are already right when
/// a leaf comes into being (I9) and hardware then need not write them.
constexpr word leaf(hfn frame, rights r) {
  return address_of(frame).value | word{x86::entry::present | x86::entry::accessed} |
         when(r.write, x86::entry::write | x86::entry::dirty) | when(r.user, x86::entry::user) |
         when(negate(r.execute), x86::entry::no_execute);
}

/// A link grants everything: the rights of the path are in the target's role, and from there in its leaves.
constexpr word link(hfn page) {
  return address_of(page).value |
         word{x86::entry::present | x86::entry::write | x86::entry::user | x86::entry::accessed};
}

/// A directory pointer of PAE paging has no rights (SDM 4.4.1).
constexpr word directory_pointer(hfn page) { return address_of(page).value | word{x86::entry::present}; }

constexpr rights rights_of(word entry) {
  return {has(entry, x86::entry::write), has(entry, x86::entry::user), negate(has(entry, x86::entry::no_execute))};
}

}  // namespace umbra::mmu::shadow
