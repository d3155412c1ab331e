// What a vCPU's control registers mean for translation, as a value. The MMU needs no vCPU: it is given one of these.
#pragma once

#include <array>

#include <word/word.hpp>

#include "core/x86/address.hpp"

namespace umbra::mmu {

/// Paging formats (SDM 4.1.1). The numbers are the guest's levels of tables.
enum class paging : unsigned char { none = 0, bits32 = 2, pae = 3, level4 = 4 };

struct mode {
  paging format = paging::none;
  flag wp = false;       ///< CR0.WP
  flag nxe = false;      ///< EFER.NXE; always false in 32-bit paging, which has no XD bit
  flag smep = false;     ///< CR4.SMEP
  flag smap = false;     ///< CR4.SMAP
  flag pse = false;      ///< CR4.PSE, in 32-bit paging; false elsewhere, where large pages need no enabling
  flag gbpages = false;  ///< 1-GiB pages, in 4-level paging
  unsigned maxphyaddr = 36;
  gfn root{};                        ///< the table that CR3 names; unused where PDPTEs are the roots
  std::array<word, 4> pdpte{};       ///< the loaded directory-pointer registers, PAE paging only (SDM 4.4.1)
};

constexpr unsigned levels_of(paging format) { return static_cast<unsigned>(format); }

}  // namespace umbra::mmu
