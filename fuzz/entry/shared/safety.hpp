// What a state must not have, whatever the rules allow: an exit must lead back to the program, a guest must not run,
// and memory that a rule looks at must be known.
#pragma once

#include "core/x86/activity.hpp"
#include "core/x86/event.hpp"
#include "core/x86/vmx_controls.hpp"
#include "fuzz/entry/shared/guests.hpp"
#include "fuzz/guest/shared/random.hpp"

namespace umbra::entrycheck {

/// `address` if a rule refuses it anyway, for it is not aligned or lies beyond the width; else `home`.
inline std::uint64_t known(std::uint64_t address, std::uint64_t home, std::uint64_t unaligned, std::uint64_t beyond) {
  return (address & (unaligned | beyond)) != 0 ? address : home;
}

inline void keep_safe(state& s, const capabilities& c, const host& h, opguest::random& r) {
  using enum x86::vmcs;
  const std::uint64_t beyond = ~std::uint64_t{0} << c.maxphyaddr;
  const auto keep = [&](x86::vmcs f, std::uint64_t home, std::uint64_t unaligned) {
    s.set(f, known(s.get(f), home, unaligned, beyond));
  };
  const auto only_bits = [&s](x86::vmcs f, std::uint64_t home, std::uint64_t free) {
    s.set(f, (s.get(f) & free) | (home & ~free));
  };

  // Where exits go, and with which tables. CR4: without some bits the program cannot be, and some need more than the
  // bit.
  keep(host_cr3, h.cr3, 0);
  if ((s.get(host_rip) + 0x8000'0000'0000) >> 48 == 0) s.set(host_rip, h.rip);
  only_bits(host_cr4, h.cr4, ~(x86::cr4::pae | x86::cr4::pcide | x86::cr4::cet | x86::cr4::la57));

  // The lists of exits have an entry of which nothing is wrong; a list that fails would be the end of the machine.
  s.set(exit_msr_store_count, s.get(exit_msr_store_count) & 1);
  s.set(exit_msr_load_count, s.get(exit_msr_load_count) & 1);
  keep(exit_msr_store_address, layout::store_list, 0xf);
  keep(exit_msr_load_address, layout::load_list, 0xf);
  keep(entry_msr_load_address, layout::entry_list, 0xf);
  s.set(entry_msr_load_count, s.get(entry_msr_load_count) % (layout::entry_list_limit + 1));

  // No page is present for the guest.
  only_bits(guest_cr3, layout::guest_tables, 0xfff | beyond);
  for (std::uint64_t& p : s.pdptes) p = (p & (0xfff | beyond)) | (p & 1 ? layout::empty : 0);
  for (unsigned i = 0; i < 4; ++i) s.set(nth(guest_pdpte0, i), s.pdptes[i]);
  only_bits(ept_pointer, layout::empty, 0xfff | beyond);
  keep(virtual_apic_page, layout::virtual_apic, 0xfff);
  if (s.get(link_pointer) != layout::linked && s.get(link_pointer) != layout::vmcs_region)
    s.set(link_pointer, known(s.get(link_pointer), ~std::uint64_t{0}, 0xfff, beyond));

  // Bochs 2.7 has no pending MTF exits, and stops at an attempt to inject one, whatever the vector.
  if ((s.get(entry_event) & 0x700) == 0x700) s.set(entry_event, s.get(entry_event) & ~std::uint64_t{0x100});

  // Bochs takes any event in HLT, and has an answer of its own to NMIs in the shadow of STI: a few of each are enough.
  const std::uint64_t event = s.get(entry_event), kind = event & 0x7ff;
  if ((event & x86::event_field::valid) != 0 && r.chance(800)) {
    if (s.get(guest_activity) == x86::activity::hlt && kind >= 0x300)
      s.set(entry_event, x86::event_field::valid | 0x312);
    if ((kind & 0x700) == 0x200) s.set(guest_interruptibility, s.get(guest_interruptibility) & ~std::uint64_t{1});
  }

  // A guest that is not active leaves by the timer; where there is none, and in wait-for-SIPI, it must not be entered.
  if (s.get(guest_activity) == x86::activity::active) return;
  if ((may(c.pin) & x86::pin_control::preemption_timer) == 0) s.set(guest_activity, 4 + r.below(4));
  add(s, pin_controls, x86::pin_control::preemption_timer & may(c.pin));
  if (s.get(guest_activity) == x86::activity::wait_for_sipi) add(s, entry_event, x86::event_field::valid);
}

}  // namespace umbra::entrycheck
