// Entries, roles, rights and registers in words, as the SDM names them.
#pragma once

#include <cstdint>
#include <string>

#include "core/mmu/mmu.hpp"
#include "models/reference/registers.hpp"

namespace umbra::tools {

/// In the order of vcpu::segment_name.
inline constexpr const char* segment_register_names[] = {"es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr"};

/// "P W U A D", or "-" for an entry that is not present.
std::string bits_of_guest_entry(std::uint64_t entry, unsigned bytes);
std::string bits_of_shadow_entry(std::uint64_t entry);
/// "PML4E", "PDPTE", "PDE" or "PTE".
const char* name_of_entry(unsigned level);
/// "level 1, direct, read/write user execute, WP NXE".
std::string role_in_words(const mmu::role&);
/// "#PF code 0x5 (present, user)".
std::string error_code_in_words(std::uint64_t);
/// "4-level paging, WP NXE SMEP".
std::string mode_in_words(const reference::registers&);
const char* verdict_in_words(mmu::verdict);

}  // namespace umbra::tools
