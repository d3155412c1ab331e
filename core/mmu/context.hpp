// The MMU's side of one vCPU: its mode, and the shadow roots that it runs on.
#pragma once

#include <array>

#include <word/table.hpp>

#include "core/mmu/mode.hpp"
#include "core/mmu/page.hpp"
#include "core/platform/platform.hpp"

namespace umbra::mmu {

struct context {
  platform::vcpu_id vcpu = 0;
  mmu::mode mode{};
  bool loaded = false;              ///< roots below are those of `mode`
  std::array<page*, 4> roots{};     ///< one in 4-level paging, else up to four; null: not present
  table* pae_roots = nullptr;       ///< the four directory pointers that hardware loads, below 4 GiB
};

}  // namespace umbra::mmu
