// A finding for tests: of bug B10, as it came.
#pragma once

#include "tools/triage/record.hpp"

namespace umbra::tools {

inline record example() {
  record r;
  r.target = "mmu";
  r.id = "I9";
  r.text =
      "I9 accessed/dirty: a writable leaf needs the guest's D bit (shadow page 4), index 0: expected 0x40, found 0x0";
  r.kind = "write";
  r.at = "write 0x200000 8 = 0x1";
  r.stack = {{"mmu::mmu::set_leaf", "core/mmu/entries.cpp", 66},
             {"mmu::mmu::resolve", "core/mmu/fault.cpp", 94},
             {"mmu::mmu::serve", "core/mmu/fault.cpp", 61},
             {"mmu::mmu::fault", "core/mmu/fault.cpp", 43}};
  r.times = r.reproduced = 3;
  r.size = 33;
  r.minimal_size = 1;
  r.tried = 39;
  r.minimal = "umbra-ops 1\nstart level4\nscene 1\nread 0xc0e00000 8\n";
  r.steps = {{"start, vCPU 0: cr3 = 0x1000", {"  taken: done", "  ok: I1 I2"}},
             {"0: write 0x200000 8 = 0x1",
              {"  model: 0x200000 is guest-physical 0x90000", "  tables for 0x200000", "  ok: I1 I2 I3"}}};
  r.parting = {"  tables for 0x200000 on vCPU 0 (4-level paging WP NXE PSE)",
               "  they part at the leaf: it may be written, and the guest's D bit is clear"};
  r.inputs = {"/findings/I9-aa"};
  return r;
}

}  // namespace umbra::tools
