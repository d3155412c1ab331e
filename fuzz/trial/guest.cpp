#include "fuzz/trial/guest.hpp"

#include <cstring>
#include <stdexcept>

#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "fuzz/emulator/engine.hpp"

namespace umbra::fuzz {

namespace {

using namespace x86;
using vcpu::segment_name;

bool has_system(const trial& t, std::uint16_t bit) { return (t.system & bit) != 0; }

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error(what);
}

void put(std::byte* memory, std::uint64_t at, std::uint64_t value, unsigned bytes = 8) {
  std::memcpy(memory + at, &value, bytes);
}

/// A system descriptor of 16 bytes, the upper half of which is zero.
constexpr std::uint64_t system_descriptor(std::uint64_t base, std::uint64_t limit, std::uint64_t type) {
  return limit | (base & 0xff'ffff) << 16 | (segment_rights::present | type) << 40;
}

void change(vcpu::segment& s, const segment_change& c) {
  const std::uint64_t bytes = std::uint64_t{c.parameter} << 4;
  switch (c.what) {
    case segment_change::limit:
      s.limit = bytes | 0xf;
      break;
    case segment_change::unusable:
      s.rights |= segment_rights::unusable;
      break;
    case segment_change::read_only:
      s.rights &= ~segment_rights::writable;
      break;
    case segment_change::expand_down:
      s.rights |= segment_rights::expand_down;
      s.limit = bytes | 0xf;
      break;
    case segment_change::small:
      s.rights &= ~segment_rights::big;
      break;
    case segment_change::based:
      s.base = bytes;
      break;
    case segment_change::present_code:
      s.rights |= segment_rights::code;
      break;
    default:
      break;
  }
}

}  // namespace

guest::guest(machine::machine& m, unsigned vcpu, bool with_window) : space(m.host()), cpu(mmu, vcpu, x86::features{}) {
  must(mmu.create(64), "no shadow pages");
  const auto show = [&](unsigned id, std::uint64_t begin, std::uint64_t end) {
    memory::slot_request r;
    r.base = {begin >> 12};
    r.pages = (end - begin) >> 12;
    r.userspace_page = begin >> 12;
    must(mmu.set_slot(id, r) == memory::status::ok, "no slot");
  };
  show(0, 0, device_window.begin);
  if (with_window) show(1, device_window.begin, device_window.end);
  show(2, device_window.end, emucheck::ram_bytes);
  show(3, tables_at, memory_end);
  must(cpu.create(), "no vCPU");
}

word guest::cr0_of(const trial& t) {
  word value = cr0::et;
  if (t.mode != trial_mode::real) value |= cr0::pe;
  if (paged(t.mode)) value |= cr0::pg;
  if (has_system(t, trial_system::wp)) value |= cr0::wp;
  if (has_system(t, trial_system::am)) value |= cr0::am;
  if (has_system(t, trial_system::ts)) value |= cr0::ts;
  return value;
}

word guest::cr4_of(const trial& t) {
  word value = 0;
  if (t.mode >= trial_mode::pae) value |= cr4::pae;
  if (has_system(t, trial_system::pse)) value |= cr4::pse;
  if (has_system(t, trial_system::smep)) value |= cr4::smep;
  if (has_system(t, trial_system::smap)) value |= cr4::smap;
  if (has_system(t, trial_system::de)) value |= cr4::de;
  if (has_system(t, trial_system::vme)) value |= cr4::vme;
  if (has_system(t, trial_system::pvi)) value |= cr4::pvi;
  return value;
}

word guest::efer_of(const trial& t) {
  if (has_long_tables(t.mode)) return efer::nxe | efer::lme | efer::lma;
  return t.mode == trial_mode::pae ? efer::nxe : 0;
}

word guest::cr3_of(const trial& t) {
  if (has_long_tables(t.mode)) return pml4_at;
  return t.mode == trial_mode::pae ? pae_pointers_at : directory32_at;
}

bool guest::enter_mode(const trial& t) {
  const vcpu::control_registers& c = cpu.registers();
  const word cr0 = cr0_of(t), cr4 = cr4_of(t), efer = efer_of(t), cr3 = cr3_of(t);
  // The pointers of PAE paging are loaded anew each time.
  if (t.mode != trial_mode::pae && c.cr0() == cr0 && c.cr3() == cr3 && c.cr4() == cr4 && c.efer() == efer) return true;
  return cpu.write_cr0(cr0::et) && cpu.write_efer(efer & ~std::uint64_t{efer::lma}) && cpu.write_cr4(cr4) &&
         cpu.write_cr3(cr3) && cpu.write_cr0(cr0);
}

vcpu::register_set registers_of(const trial& t) {
  constexpr std::uint64_t free_flags = rflags::status | rflags::tf | rflags::interrupt | rflags::df | rflags::iopl |
                                       rflags::nt | rflags::rf | rflags::ac | rflags::id;
  vcpu::register_set r;
  const bool selectors = t.mode == trial_mode::real || t.mode == trial_mode::virtual8086;
  const bool wide = t.mode == trial_mode::long64;
  const std::uint64_t cpl = t.mode == trial_mode::virtual8086 ? 3 : t.mode == trial_mode::real ? 0 : t.cpl;
  for (unsigned n = 0; n < 16; ++n) r.general.set(n, wide ? t.gpr[n] : t.gpr[n] & 0xffff'ffff);
  for (unsigned n = 8; n < 16 && !wide; ++n) r.general.set(n, 0);
  r.general.rflags = rflags::fixed | (t.flags & free_flags) | (t.mode == trial_mode::virtual8086 ? rflags::vm : 0);
  const std::uint64_t size = wide || t.mode == trial_mode::flat16 ? 0 : segment_rights::big;
  for (unsigned n = 0; n < 6; ++n) {
    vcpu::segment& s = r.segments[static_cast<segment_name>(n)];
    const bool code = n == static_cast<unsigned>(segment_name::cs);
    if (selectors) {
      s = {t.selector[n], std::uint64_t{t.selector[n]} << 4, 0xffff,
           code && cpl == 0 ? segment_rights::real_code : segment_rights::real_data};
      s.rights |= cpl << segment_rights::dpl_at;
    } else {
      s = {emucheck::protected_selector(n) | cpl, 0, 0xffff'ffff,
           (code ? segment_rights::real_code | (wide ? segment_rights::long_mode : size)
                 : segment_rights::real_data | (wide ? segment_rights::big : size)) |
               segment_rights::granularity | cpl << segment_rights::dpl_at};
    }
  }
  if (!selectors) {
    r.segments[segment_name::fs].base = wide ? t.fs_base : emucheck::fs_base32;
    r.segments[segment_name::gs].base = wide ? t.gs_base : emucheck::gs_base32;
  }
  for (const segment_change& c : t.changes) {
    // Code stays where it is, and stays code.
    if (c.what == segment_change::nothing) continue;
    if (c.which == 1 && c.what != segment_change::read_only && c.what != segment_change::limit) continue;
    change(r.segments[static_cast<segment_name>(c.which)], c);
  }
  r.general.rip = emucheck::code_window.begin + t.rip - (selectors ? r.segments[segment_name::cs].base : 0);
  r.segments.gdtr = {emucheck::gdt_at, gdt_limit};
  r.segments.idtr = {0, 0x3ff};
  r.segments[segment_name::ldtr] = {0x50, ldt_at, ldt_limit, segment_rights::present | segment_rights::ldt};
  r.segments[segment_name::tr] = {0x40, tss_at, tss_limit,
                                  segment_rights::present | segment_rights::tss | segment_rights::busy};
  if (has_system(t, trial_system::gd)) r.dr7 |= dr7::gd;
  return r;
}

void paint_memory(std::byte* memory) {
  constexpr std::uint64_t all = entry::present | entry::write | entry::user;
  std::memset(memory, emucheck::filling, emucheck::ram_bytes);
  std::memset(memory + tables_at, 0, memory_end - tables_at);
  emucheck::write_descriptors(*reinterpret_cast<emucheck::ram_image*>(memory), 32);
  const std::uint64_t gdt = emucheck::gdt_at;
  put(memory, gdt + 0x30, 0x00af'9b00'0000'ffff);  // code of 64 bits
  put(memory, gdt + 0x38, 0x00cf'f200'0000'ffff);  // a user's data, not accessed yet
  put(memory, gdt + 0x40, system_descriptor(tss_at, tss_limit, segment_rights::tss));
  put(memory, gdt + 0x48, 0);
  put(memory, gdt + 0x50, system_descriptor(ldt_at, ldt_limit, segment_rights::ldt));
  put(memory, gdt + 0x58, 0);
  put(memory, gdt + 0x60, 0x00cf'9e00'0000'ffff);  // conforming code, not accessed yet
  put(memory, gdt + 0x68, 0x0000'7200'0000'ffff);  // data that is not present
  put(memory, gdt + 0x70, 0x00cf'9000'0000'ffff);  // read-only data
  put(memory, gdt + 0x78, 0x0000'8c00'0008'5000);  // a call gate
  for (std::uint64_t n = 0; n < 4; ++n)
    put(memory, ldt_at + 8 * n, 0x00cf'9200'0000'ffff | (n == 3 ? 0x6000'0000'0000 : 0));
  // A task whose map allows ports below 0x40.
  std::memset(memory + tss_at, 0, 0x68);
  put(memory, tss_at + 0x66, 0x68, 2);
  std::memset(memory + tss_at + 0x68, 0, 8);
  std::memset(memory + tss_at + 0x70, 0xff, 0x20);

  for (unsigned page = 0; page < memory_pages; ++page) {
    put(memory, pt_at + 8 * page, std::uint64_t{page} << 12 | all);
    put(memory, pae_table_at + 8 * page, std::uint64_t{page} << 12 | all);
    put(memory, table32_at + 4 * page, std::uint64_t{page} << 12 | all, 4);
  }
  put(memory, pml4_at, pdpt_at | all);
  put(memory, pml4_at + 8 * 256, pdpt_at | all);
  put(memory, pdpt_at, pd_at | all);
  put(memory, pd_at, pt_at | all);
  put(memory, pae_pointers_at, pae_directory_at | entry::present);
  put(memory, pae_directory_at, pae_table_at | all);
  put(memory, directory32_at, table32_at | all, 4);
}

}  // namespace umbra::fuzz
