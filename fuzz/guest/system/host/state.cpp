#include "fuzz/guest/system/host/state.hpp"

#include "core/x86/segment.hpp"

namespace umbra::system_guest {

namespace {

using vcpu::segment_name;

constexpr std::uint64_t bits(std::uint64_t value, unsigned low, unsigned count) {
  return value >> low & ((std::uint64_t{1} << count) - 1);
}

/// SDM 3A, figure 3-8.
vcpu::segment segment_of(std::uint64_t selector, std::uint64_t raw) {
  vcpu::segment s;
  s.selector = selector;
  s.base = bits(raw, 16, 24) | bits(raw, 56, 8) << 24;
  s.rights = bits(raw, 40, 8) | bits(raw, 52, 4) << 12;
  s.limit = bits(raw, 0, 16) | bits(raw, 48, 4) << 16;
  if (s.rights & x86::segment_rights::granularity) s.limit = s.limit << 12 | 0xfff;
  return s;
}

}  // namespace

vcpu::register_set state_of(const specimen& s, const std::function<std::uint64_t(std::uint32_t)>& descriptor_at) {
  vcpu::register_set r;
  for (unsigned n = 0; n < 16; ++n) r.general.set(n, s.before[SLOT_RAX + n]);
  r.general.rip = s.before[SLOT_RIP];
  r.general.rflags = s.before[SLOT_RFLAGS];
  r.general.cr2 = s.before[SLOT_CR2];
  r.cr8 = s.before[SLOT_CR8];
  for (unsigned n = 0; n < 4; ++n) r.breakpoint[n] = s.before[SLOT_DR0 + n];
  r.dr6 = s.before[SLOT_DR6];
  r.dr7 = s.before[SLOT_DR7];
  const auto load = [&](segment_name name, unsigned slot) {
    const std::uint64_t selector = s.before[slot];
    if (selector & ~x86::selector::rpl) {
      const std::uint32_t table = selector & x86::selector::local ? layout::ldt : layout::gdt;
      r.segments[name] =
          segment_of(selector, descriptor_at(table + static_cast<std::uint32_t>(selector & x86::selector::index)));
    } else {
      r.segments[name] = {selector, 0, 0, x86::segment_rights::unusable};
    }
  };
  constexpr segment_name names[] = {segment_name::es, segment_name::cs, segment_name::ss,
                                    segment_name::ds, segment_name::fs, segment_name::gs};
  for (unsigned n = 0; n < 6; ++n) load(names[n], SLOT_ES + n);
  load(segment_name::ldtr, SLOT_LDTR);
  load(segment_name::tr, SLOT_TR);
  if (s.code_bits == 64) {
    r.segments[segment_name::fs].base = s.before[SLOT_FS_BASE];
    r.segments[segment_name::gs].base = s.before[SLOT_GS_BASE];
  }
  r.segments.gdtr = {s.before[SLOT_GDT_BASE], s.before[SLOT_GDT_LIMIT]};
  r.segments.idtr = {s.before[SLOT_IDT_BASE], s.before[SLOT_IDT_LIMIT]};
  return r;
}

std::array<std::uint64_t, SLOT_COUNT> slots_of(const specimen& s, vcpu::vcpu& cpu) {
  const vcpu::register_set& r = cpu.state();
  const vcpu::control_registers& c = cpu.registers();
  std::array<std::uint64_t, SLOT_COUNT> out;
  const bool wide = s.code_bits == 64;
  for (unsigned n = 0; n < 16; ++n) {
    out[n] = r.general.get(n);
    if (!wide) out[n] = n < 8 ? out[n] & 0xffff'ffff : s.before[n];
  }
  out[SLOT_RIP] = r.general.rip;
  out[SLOT_RFLAGS] = r.general.rflags;
  constexpr segment_name names[] = {segment_name::es, segment_name::cs, segment_name::ss,   segment_name::ds,
                                    segment_name::fs, segment_name::gs, segment_name::ldtr, segment_name::tr};
  for (unsigned n = 0; n < 8; ++n) out[SLOT_ES + n] = r.segments[names[n]].selector;
  out[SLOT_FS_BASE] = s.long_mode() ? r.segments[segment_name::fs].base : s.before[SLOT_FS_BASE];
  out[SLOT_GS_BASE] = s.long_mode() ? r.segments[segment_name::gs].base : s.before[SLOT_GS_BASE];
  out[SLOT_CR0] = c.cr0();
  out[SLOT_CR2] = r.general.cr2;
  out[SLOT_CR3] = c.cr3();
  out[SLOT_CR4] = c.cr4();
  out[SLOT_CR8] = s.long_mode() ? r.cr8 : s.before[SLOT_CR8];
  out[SLOT_EFER] = c.efer();
  for (unsigned n = 0; n < 4; ++n) out[SLOT_DR0 + n] = r.breakpoint[n];
  out[SLOT_DR6] = r.dr6;
  out[SLOT_DR7] = r.dr7;
  out[SLOT_GDT_BASE] = r.segments.gdtr.base;
  out[SLOT_GDT_LIMIT] = r.segments.gdtr.limit;
  out[SLOT_IDT_BASE] = r.segments.idtr.base;
  out[SLOT_IDT_LIMIT] = r.segments.idtr.limit;
  return out;
}

}  // namespace umbra::system_guest
