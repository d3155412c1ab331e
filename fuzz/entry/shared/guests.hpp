// States that VM entry accepts: a host, and a guest in some mode.
#pragma once

#include "core/x86/control.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/msr.hpp"
#include "core/x86/segment.hpp"
#include "core/x86/vmx_controls.hpp"
#include "fuzz/entry/shared/capabilities.hpp"
#include "fuzz/entry/shared/host.hpp"
#include "fuzz/entry/shared/state.hpp"

namespace umbra::entrycheck {

enum class mode : unsigned { protected32, pae, long_kernel, long_user, compatibility, virtual8086, real, unpaged };
constexpr unsigned modes = 8;

constexpr unsigned data_segments[] = {es, ss, ds, fs, gs};

inline void set_segment(state& s, unsigned n, std::uint64_t selector, std::uint64_t base, std::uint64_t limit,
                        std::uint64_t rights) {
  s.set(nth(x86::vmcs::guest_es_selector, n), selector);
  s.set(nth(x86::vmcs::guest_es_base, n), base);
  s.set(nth(x86::vmcs::guest_es_limit, n), limit);
  s.set(nth(x86::vmcs::guest_es_rights, n), rights);
}

inline void add(state& s, x86::vmcs f, std::uint64_t bits) { s.set(f, s.get(f) | bits); }
inline void activate(state& s, std::uint64_t controls) {
  add(s, x86::vmcs::processor_controls, x86::processor_control::secondary);
  add(s, x86::vmcs::secondary_controls, controls);
}

/// Every exit is taken by a timer that has run out, if by nothing sooner: also from HLT and shutdown.
inline void set_controls(state& s, const capabilities& c) {
  using enum x86::vmcs;
  s.set(pin_controls, must(c.pin) | (x86::pin_control::preemption_timer & may(c.pin)));
  s.set(processor_controls, must(c.processor));
  s.set(exit_controls, must(c.exit) | x86::exit_control::host_64_bit);
  s.set(entry_controls, must(c.entry));
  s.set(exception_bitmap, 0xffff'ffff);
  s.set(link_pointer, ~std::uint64_t{0});
  static constexpr x86::vmcs pages[] = {io_bitmap_a,
                                        io_bitmap_b,
                                        msr_bitmap,
                                        apic_access_page,
                                        page_modification_log,
                                        eptp_list,
                                        vmread_bitmap,
                                        vmwrite_bitmap,
                                        virtualization_exception_area,
                                        posted_interrupt_descriptor};
  for (const x86::vmcs page : pages) s.set(page, layout::scratch);
  s.set(virtual_apic_page, layout::virtual_apic);
  s.set(exit_msr_store_address, layout::store_list);
  s.set(exit_msr_load_address, layout::load_list);
  s.set(entry_msr_load_address, layout::entry_list);
  s.set(ept_pointer, layout::empty | 3 << 3 | 6);
  s.set(vpid, 1);
  s.set(tsc_multiplier, std::uint64_t{1} << 48);
  for (unsigned i = 0; i < layout::entry_list_limit; ++i)  // beyond what is listed, where a count may be spoilt to
    s.entry_list[2 * i] = static_cast<std::uint32_t>(x86::msr::sysenter_cs);
  s.linked = static_cast<std::uint32_t>(c.basic & 0x7fff'ffff);
}

inline void set_host(state& s, const host& h) {
  using enum x86::vmcs;
  s.set(host_cr0, h.cr0);
  s.set(host_cr3, h.cr3);
  s.set(host_cr4, h.cr4);
  s.set(host_efer, h.efer);
  s.set(host_pat, h.pat);
  s.set(host_rip, h.rip);
  s.set(host_gdtr_base, h.gdtr_base);
  s.set(host_idtr_base, h.idtr_base);
  s.set(host_tr_base, h.tr_base);
  s.set(host_cs_selector, host_code);
  s.set(host_tr_selector, host_task);
  for (unsigned n = 0; n < 4; ++n)
    if (n != cs) s.set(nth(host_es_selector, n), host_data);
}

/// 32-bit protected mode with paging: what the other modes are variants of.
inline void set_protected(state& s, const capabilities& c) {
  using enum x86::vmcs;
  s.set(guest_cr0, c.cr0_fixed0 | x86::cr0::et);
  s.set(guest_cr3, layout::guest_tables);
  s.set(guest_cr4, c.cr4_fixed0);
  s.set(guest_rflags, x86::rflags::fixed);
  s.set(guest_rip, 0x1000);
  s.set(guest_dr7, 0x400);
  s.set(guest_pat, 0x0007'0406'0007'0406);
  s.set(guest_gdtr_limit, 0xffff);
  s.set(guest_idtr_limit, 0xffff);
  set_segment(s, cs, 0x08, 0, 0xffff'ffff, 0xc09b);
  for (const unsigned n : data_segments) set_segment(s, n, 0x10, 0, 0xffff'ffff, 0xc093);
  set_segment(s, ldtr, 0, 0, 0, x86::segment_rights::unusable);
  set_segment(s, tr, 0x18, 0x3000, 0x67, 0x8b);
}

inline void set_long(state& s, bool user, bool compatibility) {
  using enum x86::vmcs;
  add(s, entry_controls, x86::entry_control::guest_64_bit);
  add(s, guest_cr4, x86::cr4::pae);
  s.set(guest_efer, x86::efer::lme | x86::efer::lma);
  const std::uint64_t level = user ? 0x60 : 0, rpl = user ? 3 : 0;
  set_segment(s, cs, 0x08 | rpl, 0, 0xffff'ffff, (compatibility ? 0xc09b : 0xa09b) | level);
  set_segment(s, ss, 0x10 | rpl, 0, 0xffff'ffff, 0xc093 | level);
  for (const unsigned n : data_segments)
    if (n != ss) set_segment(s, n, 0, 0, 0, x86::segment_rights::unusable);
  s.set(nth(guest_es_base, gs), 0xffff'8880'0000'0000);
  if (!compatibility) s.set(guest_rip, 0xffff'8000'0000'1000);
}

inline void set_real_segments(state& s, std::uint64_t data, std::uint64_t code) {
  for (const unsigned n : data_segments) set_segment(s, n, 0x1230 + n, (0x1230 + n) << 4, 0xffff, data);
  set_segment(s, cs, 0x1000, 0x1'0000, 0xffff, code);
}

inline bool has_unrestricted(const capabilities& c) {
  return (may(c.secondary) & x86::secondary_control::unrestricted_guest) != 0;
}

inline void set_guest(state& s, const capabilities& c, mode m) {
  using enum x86::vmcs;
  set_protected(s, c);
  if (m == mode::pae) {
    add(s, guest_cr4, x86::cr4::pae);
    s.pdptes[1] = layout::empty | 1;
  }
  if (m == mode::long_kernel || m == mode::long_user || m == mode::compatibility)
    set_long(s, m == mode::long_user, m == mode::compatibility);
  if (m == mode::virtual8086) {
    add(s, guest_rflags, x86::rflags::vm);
    set_real_segments(s, 0xf3, 0xf3);
  }
  if (m == mode::real || m == mode::unpaged) {
    if (!has_unrestricted(c)) return;
    activate(s, x86::secondary_control::enable_ept | x86::secondary_control::unrestricted_guest);
    const std::uint64_t off = x86::cr0::pg | (m == mode::real ? x86::cr0::pe : 0);
    s.set(guest_cr0, s.get(guest_cr0) & ~off);
    if (m == mode::real) set_real_segments(s, 0x93, 0x9b);
  }
}

}  // namespace umbra::entrycheck
