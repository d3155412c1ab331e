// A specimen's memory before it runs, written through `store(address, value, bytes)`: the same on both sides.
#pragma once

#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "fuzz/guest/system/shared/descriptors.hpp"
#include "fuzz/guest/system/shared/specimen.hpp"

namespace umbra::system_guest {

/// What code memory holds where there is no specimen: INT3, which ends each of them.
constexpr std::uint32_t filling = 0xcccc'cccc;

constexpr std::uint64_t full_entry =
    x86::entry::present | x86::entry::write | x86::entry::user | x86::entry::accessed | x86::entry::dirty;

/// Calls `visit(address, index)` for each dword that is compared.
template <class Visitor>
constexpr void for_each_watched(Visitor&& visit) {
  unsigned index = 0;
  for (const layout::window& w : layout::watched)
    for (std::uint32_t at = w.begin; at < w.end; at += 4) visit(at, index++);
}

/// What watched memory holds unless a specimen says otherwise.
constexpr std::uint32_t background(std::uint32_t at) { return at * 0x9e37'79b1u ^ at >> 3; }

/// What never changes: code, and all of the page tables that no specimen touches. The rest is 0.
template <class Store>
void paint_fixed(Store&& store) {
  for (std::uint32_t at = layout::code; at < layout::code_end; at += 4) store(at, filling, 4u);
  for (std::uint32_t at = layout::code_end; at < layout::trampoline32; at += 4) store(at, 0u, 4u);
  const auto entry8 = [&store](std::uint32_t table, unsigned index, std::uint64_t value) {
    store(table + 8 * index, value, 8u);
  };
  const auto entry4 = [&store](std::uint32_t table, unsigned index, std::uint64_t value) {
    store(table + 4 * index, value, 4u);
  };
  constexpr unsigned alias_gigabyte = layout::alias >> 30;
  entry4(layout::directory32, 0, layout::table32 | full_entry);
  entry4(layout::directory32, layout::alias >> 22, layout::table32 | full_entry);
  entry4(layout::directory32, 1, layout::trampoline32 | full_entry);
  // PAE takes its pointers from any 32 bytes of the page.
  for (unsigned i = 0; i < 512; ++i)
    entry8(layout::pae_pointers, i, i % 4 <= alias_gigabyte ? layout::pae_directory | x86::entry::present : 0);
  entry8(layout::pae_directory, 0, layout::pae_table | full_entry);
  entry8(layout::pae_directory, 2, layout::trampoline64 | full_entry);
  entry8(layout::root64, 0, layout::pointers64 | full_entry);
  entry8(layout::root64, 256, layout::pointers64 | full_entry);
  entry8(layout::pointers64, 0, layout::directory64 | full_entry);
  entry8(layout::pointers64, alias_gigabyte, layout::directory64 | full_entry);
  entry8(layout::directory64, 0, layout::table64 | full_entry);
  entry8(layout::directory64, 2, layout::trampoline64 | full_entry);
  entry8(layout::root64, 255, layout::edge_pointers | full_entry);
  entry8(layout::edge_pointers, 511, layout::edge_directory | full_entry);
  entry8(layout::edge_directory, 511, layout::edge_table | full_entry);
}

/// The entry that maps page `number`.
inline std::uint64_t entry_of(const specimen& s, unsigned number) {
  const std::uint8_t r = s.rights[number];
  if (!(r & page::present)) return 0;
  return std::uint64_t{number} << 12 | x86::entry::present | x86::entry::accessed | x86::entry::dirty |
         (r & page::write ? x86::entry::write : 0) | (r & page::user ? x86::entry::user : 0) |
         ((r & page::no_execute) && (s.before[SLOT_EFER] & x86::efer::nxe) ? x86::entry::no_execute : 0);
}

/// The descriptors that every specimen has.
template <class Store>
void paint_descriptors(const specimen& s, Store&& store) {
  namespace type = descriptor_type;
  namespace flag = descriptor_flags;
  const auto put = [&store](unsigned selector, std::uint64_t value) {
    store(layout::gdt + (selector & ~7u), value, 8u);
  };
  put(0, 0);
  for (unsigned cpl = 0; cpl < 4; ++cpl) {
    const unsigned level = cpl << 5;
    put(SELECTOR_CODE32(cpl), descriptor(0, whole, type::code | level, flag::big | flag::pages));
    put(SELECTOR_DATA(cpl), descriptor(0, whole, type::data | level, flag::big | flag::pages));
    put(SELECTOR_CODE64(cpl), descriptor(0, whole, type::code | level, flag::wide | flag::pages));
    put(code16_selector(cpl), descriptor(0, whole, type::code | level, flag::pages));
  }
  const bool wide = s.long_mode();
  put(SELECTOR_TASK32, descriptor(layout::task32, task_limit, type::task | (wide ? 0 : type::busy), 0));
  put(SELECTOR_TASK64, descriptor(layout::task64, task_limit, type::task | (wide ? type::busy : 0), 0));
  put(SELECTOR_TASK64 + 8, 0);
  put(SELECTOR_LOCAL, descriptor(layout::ldt, ldt_bytes - 1, type::local, 0));
  put(SELECTOR_LOCAL + 8, 0);
  for (unsigned i = 0; i < wild_count; ++i) put(wild_begin + 8 * i, 0);
  for (unsigned i = 0; i < local_count; ++i) store(layout::ldt + 8 * i, 0u, 8u);
}

/// What a trampoline that enters a specimen at CPL 0 outside of IA-32e mode leaves below its stack: DS, EIP, CS,
/// EFLAGS.
constexpr unsigned entry_frame_bytes = 16;
constexpr bool leaves_frame(const specimen& s) { return !s.long_mode() && s.cpl == 0; }

/// A specimen's own part. Memory holds what paint_fixed() and earlier specimens left.
template <class Store>
void paint(const specimen& s, Store&& store) {
  for_each_watched([&store](std::uint32_t at, unsigned) { store(at, background(at), 4u); });
  paint_descriptors(s, store);
  // The stack pointers of the tasks are the guest program's business; the maps are the specimen's.
  constexpr std::uint32_t tasks[] = {layout::task32, layout::task64};
  for (const std::uint32_t task : tasks) {
    for (std::uint32_t at = 0; at < map_at; at += 4) store(task + at, 0u, 4u);
    store(task + map_at - 4, std::uint32_t{map_at} << 16, 4u);
  }
  for (unsigned i = 1; i < layout::pages; ++i) {
    const std::uint64_t entry = entry_of(s, i);
    if (s.paging == paging_kind::bits32) store(layout::table32 + 4 * i, entry, 4u);
    if (s.paging == paging_kind::pae) store(layout::pae_table + 8 * i, entry, 8u);
    if (s.paging == paging_kind::level4) store(layout::table64 + 8 * i, entry, 8u);
  }
  constexpr unsigned below_edge = (layout::data_edge >> 12) - 1;
  if (s.paging == paging_kind::level4) store(layout::edge_table + 8 * 511, entry_of(s, below_edge), 8u);
  if (leaves_frame(s)) {
    // Specimens that are entered so have flat stacks.
    const auto top = static_cast<std::uint32_t>(s.before[SLOT_RSP]);
    store(top - 4, s.before[SLOT_RFLAGS], 4u);
    store(top - 8, s.before[SLOT_CS], 4u);
    store(top - 12, s.before[SLOT_RIP], 4u);
    store(top - 16, s.before[SLOT_DS], 4u);
  }
  for (unsigned i = 0; i < s.pokes_used; ++i) store(s.pokes[i].at, s.pokes[i].value, unsigned{s.pokes[i].bytes});
  for (unsigned i = 0; i < s.code_length; ++i)
    store(static_cast<std::uint32_t>(s.before[SLOT_RIP] & 0xffff) + i, s.code[i], 1u);
}

/// Puts INT3 back where the specimen's code was.
template <class Store>
void wipe_code(const specimen& s, Store&& store) {
  for (unsigned i = 0; i < s.code_length; ++i)
    store(static_cast<std::uint32_t>(s.before[SLOT_RIP] & 0xffff) + i, filling & 0xff, 1u);
}

}  // namespace umbra::system_guest
