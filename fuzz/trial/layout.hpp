// Guest-physical memory of a trial. Every paging mode maps all of it at its own address, and 64-bit mode in its upper
// half too.
#pragma once

#include <cstdint>

#include "fuzz/emulator/layout.hpp"
#include "fuzz/trial/trial.hpp"

namespace umbra::fuzz {

/// The little memory of fuzz/emulator, a hole, and 64 KiB of page tables.
constexpr std::uint32_t tables_at = 0x20000, memory_end = 0x30000;
constexpr unsigned memory_pages = memory_end >> 12;

/// Operands that the ordeal `device` turns into a device: [begin, end), whole pages.
constexpr emucheck::window device_window{0x4000, 0xb000};

constexpr std::uint32_t pml4_at = 0x20000, pdpt_at = 0x21000, pd_at = 0x22000, pt_at = 0x23000;
constexpr std::uint32_t pae_pointers_at = 0x24000, pae_directory_at = 0x25000, pae_table_at = 0x26000;
constexpr std::uint32_t directory32_at = 0x28000, table32_at = 0x29000;

constexpr bool paged(trial_mode m) { return m >= trial_mode::paged32; }
constexpr bool has_long_tables(trial_mode m) { return m == trial_mode::compatibility || m == trial_mode::long64; }

/// The entry that maps a page, and its size.
constexpr std::uint32_t page_entry_at(trial_mode m, unsigned page) {
  if (m == trial_mode::paged32) return table32_at + 4 * page;
  return (m == trial_mode::pae ? pae_table_at : pt_at) + 8 * page;
}
constexpr unsigned page_entry_bytes(trial_mode m) { return m == trial_mode::paged32 ? 4 : 8; }

/// Descriptors that system instructions may name, behind those of fuzz/emulator; the LDT; the task.
constexpr std::uint64_t ldt_at = 0x0b00, tss_at = 0x0c00;
constexpr std::uint64_t gdt_limit = 0x7f, ldt_limit = 0x1f, tss_limit = 0x68 + 0x20;

}  // namespace umbra::fuzz
