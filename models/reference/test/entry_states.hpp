// VMCSs that VM entry accepts, one for each mode of the guest, to spoil one field at a time; and a processor to judge
// them.
#pragma once

#include <map>

#include "core/x86/activity.hpp"
#include "core/x86/interruptibility.hpp"
#include "core/x86/msr.hpp"
#include "models/reference/vm_entry/check.hpp"
#include "models/reference/vm_entry/terms.hpp"

namespace umbra::reference::test {

/// The fields of a VMCS; those that nobody has set are 0.
struct fields {
  std::map<x86::vmcs, word> values;

  word operator()(x86::vmcs which) const {
    const auto found = values.find(which);
    return found == values.end() ? 0 : found->second;
  }
  word& operator[](x86::vmcs which) { return values[which]; }
};

/// Host memory by quadword; unset ones are 0.
struct host_memory {
  std::map<word, word> quads;

  word read(word address, unsigned bytes) const {
    const auto found = quads.find(address & ~word{7});
    const word value = found == quads.end() ? 0 : found->second;
    return bytes == 8 ? value : value >> (address & 4 ? 32 : 0) & 0xffff'ffff;
  }
};

constexpr word revision = 0x12;
constexpr word current_vmcs = 0x5000;

/// A processor with all the controls that the rules know, 36 bits of physical address.
inline vmx_processor roomy_processor() {
  constexpr auto controls = [](word must, word may) { return may << 32 | must; };
  vmx_processor p;
  p.basic = revision | x86::vmx_basic::true_controls;
  p.misc = x86::vmx_misc::hlt_state | x86::vmx_misc::shutdown_state | x86::vmx_misc::wait_for_sipi_state | 4u << 16;
  p.ept_vpid = x86::ept_capability::write_back | x86::ept_capability::walk_length_4;
  p.vm_functions = 1;
  p.pin = controls(0x16, 0xff);
  p.processor = controls(0x0400'6172, 0xfff9'fffe);
  p.secondary = controls(0, 0x57'ffff);
  p.exit = controls(0x3'6dfb, 0x7f'ffff);
  p.entry = controls(0x11fb, 0x1'ffff);
  p.cr0_fixed0 = x86::cr0::pe | x86::cr0::ne | x86::cr0::pg;
  p.cr0_fixed1 = 0xffff'ffff;
  p.cr4_fixed0 = x86::cr4::vmxe;
  p.cr4_fixed1 = 0xb7'27ff;
  p.performance_control = 0x7'0000'000f;
  p.debugctl = 0x1'ffc3;
  p.current_vmcs = current_vmcs;
  return p;
}

constexpr unsigned es = 0, cs = 1, ss = 2, ds = 3, fs = 4, gs = 5, ldtr = 6, tr = 7;

inline void set_segment(fields& f, unsigned n, word selector, word base, word limit, word rights) {
  f[nth(x86::vmcs::guest_es_selector, n)] = selector;
  f[nth(x86::vmcs::guest_es_base, n)] = base;
  f[nth(x86::vmcs::guest_es_limit, n)] = limit;
  f[nth(x86::vmcs::guest_es_rights, n)] = rights;
}

inline void set_host(fields& f) {
  using enum x86::vmcs;
  f[host_cr0] = 0x8005'0033;
  f[host_cr3] = 0x1000;
  f[host_cr4] = x86::cr4::vmxe | x86::cr4::pae;
  f[host_cs_selector] = 0x10;
  f[host_ss_selector] = f[host_ds_selector] = f[host_es_selector] = 0x18;
  f[host_tr_selector] = 0x40;
  f[host_gs_base] = f[host_tr_base] = f[host_gdtr_base] = 0xffff'8000'0000'0000;
  f[host_idtr_base] = 0xffff'fe00'0000'0000;
  f[host_sysenter_esp] = f[host_sysenter_eip] = 0xffff'ffff'8180'0000;
  f[host_rip] = 0xffff'ffff'8100'0000;
}

/// 32-bit protected mode with paging, at privilege level 0.
inline fields protected_guest() {
  using enum x86::vmcs;
  fields f;
  set_host(f);
  f[pin_controls] = 0x16;
  f[processor_controls] = 0x0400'6172;
  f[exit_controls] = 0x3'6dfb | x86::exit_control::host_64_bit;
  f[entry_controls] = 0x11fb;
  f[link_pointer] = ~word{0};
  f[guest_cr0] = x86::cr0::pe | x86::cr0::ne | x86::cr0::pg | x86::cr0::et;
  f[guest_cr3] = 0x2000;
  f[guest_cr4] = x86::cr4::vmxe;
  f[guest_rflags] = x86::rflags::fixed;
  f[guest_rip] = 0x10'0000;
  f[guest_gdtr_limit] = f[guest_idtr_limit] = 0xffff;
  set_segment(f, cs, 0x08, 0, 0xffff'ffff, 0xc09b);
  for (const unsigned n : {es, ss, ds, fs, gs}) set_segment(f, n, 0x10, 0, 0xffff'ffff, 0xc093);
  set_segment(f, ldtr, 0, 0, 0, x86::segment_rights::unusable);
  set_segment(f, tr, 0x18, 0x3000, 0x67, 0x8b);
  return f;
}

/// 64-bit mode, at privilege level 0; the data segments are null.
inline fields long_guest() {
  using enum x86::vmcs;
  fields f = protected_guest();
  f[entry_controls] |= x86::entry_control::guest_64_bit;
  f[guest_cr4] |= x86::cr4::pae;
  f[guest_rip] = 0xffff'ffff'8000'0000;
  set_segment(f, cs, 0x08, 0, 0xffff'ffff, 0xa09b);
  for (const unsigned n : {es, ss, ds, fs, gs}) set_segment(f, n, 0, 0, 0, x86::segment_rights::unusable);
  f[nth(guest_es_base, gs)] = 0xffff'8880'0000'0000;
  return f;
}

/// 64-bit mode, at privilege level 3.
inline fields long_user_guest() {
  fields f = long_guest();
  set_segment(f, cs, 0x33, 0, 0xffff'ffff, 0xa0fb);
  set_segment(f, ss, 0x2b, 0, 0xffff'ffff, 0xc0f3);
  return f;
}

/// PAE paging, with a table of PDPTEs that the host memory of the tests leaves empty.
inline fields pae_guest() {
  fields f = protected_guest();
  f[x86::vmcs::guest_cr4] |= x86::cr4::pae;
  return f;
}

/// Virtual-8086 mode.
inline fields virtual_8086_guest() {
  using enum x86::vmcs;
  fields f = protected_guest();
  f[guest_rflags] |= x86::rflags::vm;
  f[guest_rip] = 0x7c00;
  for (const unsigned n : {es, cs, ss, ds, fs, gs}) set_segment(f, n, 0x1230 + n, (0x1230 + n) << 4, 0xffff, 0xf3);
  return f;
}

inline void activate(fields& f, word controls) {
  f[x86::vmcs::processor_controls] |= x86::processor_control::secondary;
  f[x86::vmcs::secondary_controls] |= controls;
}

/// Real mode, which needs an unrestricted guest.
inline fields real_guest() {
  using enum x86::vmcs;
  fields f = protected_guest();
  activate(f, x86::secondary_control::enable_ept | x86::secondary_control::unrestricted_guest);
  f[ept_pointer] = 0x8000 | 3 << 3 | x86::memory_type::wb;
  f[guest_cr0] = x86::cr0::ne | x86::cr0::et;
  for (const unsigned n : {es, ss, ds, fs, gs}) set_segment(f, n, 0x1000, 0x1'0000, 0xffff, 0x93);
  set_segment(f, cs, 0xf000, 0xf'0000, 0xffff, 0x9b);
  f[guest_rip] = 0xfff0;
  return f;
}

constexpr word event(x86::event_type type, unsigned vector) {
  return x86::event_field::valid | word{static_cast<unsigned>(type)} << x86::event_field::type_at | vector;
}

}  // namespace umbra::reference::test
