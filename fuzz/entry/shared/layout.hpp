// Physical memory that states refer to. Nothing else of them leads anywhere: a guest that is entered finds no page
// present, and exits before its first instruction.
#pragma once

#include <cstdint>

namespace umbra::entrycheck::layout {

constexpr std::uint64_t guest_tables = 0x80'0000;  ///< the page CR3 points at: PDPTEs for PAE paging, else zeros
constexpr std::uint64_t empty = 0x80'1000;         ///< zeros: where PDPTEs and the EPT pointer lead
constexpr std::uint64_t entry_list = 0x80'2000, store_list = 0x80'3000, load_list = 0x80'4000;
constexpr std::uint64_t virtual_apic = 0x80'5000;
constexpr std::uint64_t linked = 0x80'6000;   ///< what the link pointer may lead to
constexpr std::uint64_t scratch = 0x80'7000;  ///< bitmaps, logs
constexpr std::uint64_t vmxon_region = 0x80'8000, vmcs_region = 0x80'9000;

constexpr unsigned entry_list_limit = 4;
constexpr std::uint64_t task_priority = 0x80;  ///< VTPR, in the virtual-APIC page

}  // namespace umbra::entrycheck::layout
