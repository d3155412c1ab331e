// Changes of a state that may break a rule: mostly one field, by a bit or by a value that stands at a border.
#pragma once

#include "core/x86/event.hpp"
#include "fuzz/entry/shared/guests.hpp"
#include "fuzz/guest/shared/random.hpp"

namespace umbra::entrycheck {

inline void flip(state& s, x86::vmcs f, unsigned bit) { s.set(f, s.get(f) ^ std::uint64_t{1} << bit); }
inline void flip_any(state& s, x86::vmcs f, opguest::random& r) { flip(s, f, r.below(x86::bits_of(f))); }

/// Values at borders: of 16 and 32 bits, of canonical and physical addresses, of pages.
inline std::uint64_t border(opguest::random& r) {
  static constexpr std::uint64_t values[] = {0,
                                             1,
                                             0xfff,
                                             0xffff,
                                             0x1'0000,
                                             0xf'ffff,
                                             0x10'0000,
                                             0xffff'ffff,
                                             std::uint64_t{1} << 32,
                                             0x7fff'ffff'ffff,
                                             0x8000'0000'0000,
                                             0xffff'7fff'ffff'ffff,
                                             0xffff'8000'0000'0000,
                                             std::uint64_t{1} << 48,
                                             std::uint64_t{1} << 63,
                                             ~std::uint64_t{0}};
  return r.pick(values);
}

inline void spoil_segment(state& s, opguest::random& r) {
  using enum x86::vmcs;
  const unsigned n = r.below(8);
  const x86::vmcs rights = nth(guest_es_rights, n), base = nth(guest_es_base, n), limit = nth(guest_es_limit, n);
  switch (r.below(8)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return flip(s, rights, r.chance(900) ? r.below(17) : r.below(32));
    case 4:
      return flip(s, nth(guest_es_selector, n), r.chance(800) ? r.below(3) : r.below(16));
    case 5:
      return r.chance(500) ? flip_any(s, base, r) : s.set(base, border(r));
    case 6:
      return r.chance(500) ? flip_any(s, limit, r) : s.set(limit, border(r));
    default:
      return s.set(rights, (s.get(rights) & ~std::uint64_t{0xff}) | r.below(256));
  }
}

inline void spoil_register(state& s, opguest::random& r) {
  using enum x86::vmcs;
  static constexpr x86::vmcs flipped[] = {guest_cr0,    guest_cr0, guest_cr4,  guest_cr4, guest_cr3,
                                          guest_rflags, guest_rip, guest_efer, guest_pat, guest_dr7};
  static constexpr x86::vmcs addresses[] = {guest_rip,       guest_sysenter_esp, guest_sysenter_eip, guest_gdtr_base,
                                            guest_idtr_base, guest_gdtr_limit,   guest_idtr_limit,   guest_tr_base,
                                            guest_ldtr_base, guest_fs_base,      guest_gs_base};
  if (r.chance(600)) return flip_any(s, r.pick(flipped), r);
  const x86::vmcs f = r.pick(addresses);
  return r.chance(700) ? s.set(f, border(r)) : flip_any(s, f, r);
}

inline void spoil_non_register(state& s, opguest::random& r) {
  using enum x86::vmcs;
  switch (r.below(6)) {
    case 0: {
      // Bochs takes any event in HLT: seldom is enough.
      const bool event = (s.get(entry_event) & x86::event_field::valid) != 0;
      return s.set(guest_activity, event && r.chance(850) ? 2 + r.below(4) : r.below(6));
    }
    case 1:
      return flip(s, guest_interruptibility, r.chance(850) ? r.below(5) : r.below(32));
    case 2:
      return flip(s, guest_pending_debug, r.chance(850) ? r.below(17) : r.below(64));
    case 3:
      return flip_any(s, entry_event, r);
    case 4: {
      static constexpr std::uint64_t links[] = {layout::linked, layout::linked | 8, layout::vmcs_region, 0,
                                                std::uint64_t{1} << 45};
      s.set(link_pointer, r.pick(links));
      if (r.chance(300)) s.linked ^= 1u << r.below(32);
      return;
    }
    default: {
      std::uint64_t& p = s.pdptes[r.below(4)];
      p ^= std::uint64_t{1} << (r.chance(500) ? r.below(12) : r.below(64));
      if (r.chance(800)) p |= 1;
      return;
    }
  }
}

inline void spoil_control(state& s, opguest::random& r) {
  using enum x86::vmcs;
  static constexpr x86::vmcs controls[] = {pin_controls,  processor_controls, secondary_controls,
                                           exit_controls, entry_controls,     entry_controls};
  static constexpr x86::vmcs others[] = {cr3_target_count,
                                         io_bitmap_a,
                                         io_bitmap_b,
                                         msr_bitmap,
                                         virtual_apic_page,
                                         apic_access_page,
                                         vpid,
                                         ept_pointer,
                                         tpr_threshold,
                                         exit_msr_store_address,
                                         exit_msr_load_address,
                                         entry_msr_load_address,
                                         exit_msr_store_count,
                                         exit_msr_load_count,
                                         entry_msr_load_count,
                                         entry_error_code,
                                         entry_instruction_length,
                                         posted_interrupt_descriptor,
                                         posted_interrupt_vector,
                                         page_modification_log};
  if (r.chance(500)) return flip_any(s, r.pick(controls), r);
  const x86::vmcs f = r.pick(others);
  return r.chance(700) ? flip_any(s, f, r) : s.set(f, border(r));
}

/// A field that counts only with some control: with that control, and what it needs in turn.
inline void spoil_used(state& s, const capabilities& c, opguest::random& r) {
  using enum x86::vmcs;
  namespace pin = x86::pin_control;
  namespace proc = x86::processor_control;
  namespace sec = x86::secondary_control;
  namespace xc = x86::exit_control;
  struct use {
    x86::vmcs field;
    std::uint32_t pin, primary, secondary, exit;
  };
  static constexpr use uses[] = {
      {io_bitmap_a, 0, proc::use_io_bitmaps, 0, 0},
      {io_bitmap_b, 0, proc::use_io_bitmaps, 0, 0},
      {msr_bitmap, 0, proc::use_msr_bitmaps, 0, 0},
      {virtual_apic_page, 0, proc::tpr_shadow, 0, 0},
      {tpr_threshold, 0, proc::tpr_shadow, 0, 0},
      {apic_access_page, 0, 0, sec::virtualize_apic_accesses, 0},
      {vpid, 0, 0, sec::enable_vpid, 0},
      {ept_pointer, 0, 0, sec::enable_ept, 0},
      {page_modification_log, 0, 0, sec::enable_ept | sec::enable_pml, 0},
      {page_modification_log, 0, 0, sec::enable_pml, 0},
      {vmread_bitmap, 0, 0, sec::vmcs_shadowing, 0},
      {vmwrite_bitmap, 0, 0, sec::vmcs_shadowing, 0},
      {virtualization_exception_area, 0, 0, sec::ept_violation_exception, 0},
      {vm_functions, 0, 0, sec::enable_vm_functions, 0},
      {eptp_list, 0, 0, sec::enable_vm_functions | sec::enable_ept, 0},
      {posted_interrupt_vector, pin::posted_interrupts | pin::external_interrupt_exiting, proc::tpr_shadow,
       sec::virtual_interrupt_delivery, xc::acknowledge_interrupt},
      {posted_interrupt_descriptor, pin::posted_interrupts | pin::external_interrupt_exiting, proc::tpr_shadow,
       sec::virtual_interrupt_delivery, xc::acknowledge_interrupt},
      {posted_interrupt_vector, pin::posted_interrupts | pin::external_interrupt_exiting, proc::tpr_shadow,
       sec::virtual_interrupt_delivery, 0},
      {posted_interrupt_vector, pin::posted_interrupts, 0, 0, xc::acknowledge_interrupt},
      {apic_access_page, 0, proc::tpr_shadow, sec::virtualize_apic_accesses | sec::virtualize_x2apic, 0},
      {tpr_threshold, 0, proc::tpr_shadow, sec::virtual_interrupt_delivery, 0},
  };
  const use& u = r.pick(uses);
  add(s, pin_controls, u.pin & may(c.pin));
  add(s, processor_controls, u.primary & may(c.processor));
  if (u.secondary != 0) activate(s, u.secondary & may(c.secondary));
  add(s, exit_controls, u.exit & may(c.exit));
  if (u.field == vm_functions || u.field == eptp_list) s.set(vm_functions, r.below(3));
  if (u.field == vpid || r.chance(150)) return s.set(u.field, 0);
  if (r.chance(800)) flip(s, u.field, r.chance(500) ? r.below(12) : r.below(x86::bits_of(u.field)));
}

/// A register that is loaded only if a control says so.
inline void spoil_loaded(state& s, const capabilities& c, opguest::random& r) {
  using enum x86::vmcs;
  namespace nc = x86::entry_control;
  namespace xc = x86::exit_control;
  struct load {
    x86::vmcs field;
    std::uint32_t entry, exit;
  };
  static constexpr load loads[] = {
      {guest_efer, nc::load_efer, 0},       {guest_pat, nc::load_pat, 0},  {guest_dr7, nc::load_debug, 0},
      {guest_bndcfgs, nc::load_bndcfgs, 0}, {host_efer, 0, xc::load_efer}, {host_pat, 0, xc::load_pat},
  };
  // Bochs takes anything in these: one in a while is enough.
  static constexpr load unchecked[] = {{guest_debugctl, nc::load_debug, 0},
                                       {guest_performance_control, nc::load_performance_control, 0},
                                       {host_performance_control, 0, xc::load_performance_control}};
  const load& l = r.chance(993) ? r.pick(loads) : r.pick(unchecked);
  add(s, entry_controls, l.entry & may(c.entry));
  add(s, exit_controls, l.exit & may(c.exit));
  flip(s, l.field, r.chance(500) ? r.below(12) : r.below(64));
}

/// An NMI where NMIs are blocked, in some way.
inline void spoil_nmi(state& s, const capabilities& c, opguest::random& r) {
  using enum x86::vmcs;
  if (r.chance(500))
    add(s, pin_controls, (x86::pin_control::nmi_exiting | x86::pin_control::virtual_nmis) & may(c.pin));
  s.set(entry_event, x86::event_field::valid | 0x202);
  s.set(guest_interruptibility, r.pick({1u, 2u, 8u, 0u}));
  if (r.chance(900)) add(s, guest_rflags, x86::rflags::interrupt);
}

/// A list for exits that lies badly.
inline void spoil_list(state& s, opguest::random& r) {
  using enum x86::vmcs;
  const bool store = r.chance(500);
  s.set(store ? exit_msr_store_count : exit_msr_load_count, 1);
  flip_any(s, store ? exit_msr_store_address : exit_msr_load_address, r);
}

inline void spoil_host(state& s, opguest::random& r) {
  using enum x86::vmcs;
  static constexpr x86::vmcs flipped[] = {host_cr0,         host_cr3,         host_cr4,         host_efer,
                                          host_pat,         host_es_selector, host_cs_selector, host_ss_selector,
                                          host_ds_selector, host_fs_selector, host_gs_selector, host_tr_selector};
  static constexpr x86::vmcs addresses[] = {host_fs_base,   host_gs_base,      host_tr_base,      host_gdtr_base,
                                            host_idtr_base, host_sysenter_esp, host_sysenter_eip, host_rip};
  if (r.chance(100)) return s.set(r.pick({host_cs_selector, host_ss_selector, host_tr_selector}), 0);
  if (r.chance(600)) return flip_any(s, r.pick(flipped), r);
  return s.set(r.pick(addresses), border(r));
}

inline void spoil(state& s, const capabilities& c, opguest::random& r) {
  switch (r.below(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
      return spoil_segment(s, r);
    case 5:
    case 6:
      return spoil_register(s, r);
    case 7:
    case 8:
      return spoil_non_register(s, r);
    case 9:
      return spoil_control(s, r);
    case 10:
      return spoil_used(s, c, r);
    case 11:
    case 12:
      return spoil_loaded(s, c, r);
    case 13:
      return r.chance(100) ? spoil_nmi(s, c, r) : spoil_segment(s, r);
    case 14:
      return spoil_list(s, r);
    default:
      return spoil_host(s, r);
  }
}

}  // namespace umbra::entrycheck
