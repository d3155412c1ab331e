#include "tools/run/disagreement.hpp"

#include <fmt/format.h>

#include "core/mmu/view.hpp"
#include "core/x86/entry.hpp"
#include "models/reference/walk.hpp"
#include "tools/run/words.hpp"

namespace umbra::tools {

namespace {

struct kind_of_access {
  const char* name;
  reference::access by;
};

constexpr kind_of_access accesses[] = {
    {"user mode read", {.user = true}},
    {"user mode write", {.user = true, .write = true}},
    {"user mode fetch", {.user = true, .fetch = true}},
    {"the supervisor read", {.ac = true}},
    {"the supervisor write", {.write = true, .ac = true}},
    {"the supervisor fetch", {.fetch = true}},
};

/// What hardware runs the guest with: WP is always set, the rest is what the core programmed.
reference::registers programmed(fuzz::world& w, unsigned vcpu) {
  const machine::controls c = w.hardware().cpu(vcpu).vmcs();
  reference::registers r;
  r.cr0 = c.cr0;
  r.cr4 = c.cr4;
  r.efer = c.efer;
  return r;
}

/// The live shadow page whose guest table is in this host frame, or null.
const mmu::page* table_in(fuzz::world& w, std::uint64_t frame) {
  const mmu::view v(w.shadow());
  for (unsigned n = 0; n < v.pages(); ++n) {
    const mmu::page& p = v.page_at(n);
    if (p.state != mmu::page_state::live || p.direct) continue;
    const auto there = w.map().find(p.frame.value);
    if (there.backed && there.host_frame == frame) return &p;
  }
  return nullptr;
}

}  // namespace

std::string disagreement(fuzz::world& w, unsigned vcpu, std::uint64_t gva, std::uint64_t frame,
                         const reference::rights& granted) {
  const fuzz::guest_view memory(w.map(), w.hardware().memory());
  const reference::registers& guest = w.registers(vcpu);
  const reference::registers hardware = programmed(w, vcpu);
  for (const auto& [name, by] : accesses) {
    if (!reference::permitted(granted, by, hardware)) continue;
    const reference::translation t = reference::walk(memory, guest, gva, by);
    if (t.rootless) return "the guest has no root table here";
    if (t.faults)
      return fmt::format("lets {}; the guest's tables fault, code {}", name, error_code_in_words(t.error_code));
    const auto there = w.map().find(t.address >> 12);
    if (!there.backed) return fmt::format("maps host frame {:#x}; the guest's tables lead to a hole", frame);
    if (there.host_frame != frame)
      return fmt::format("maps host frame {:#x}; the guest's tables lead to {:#x}", frame, there.host_frame);
    if (by.write && there.read_only) return fmt::format("lets {} read-only memory", name);
    for (unsigned n = 0; n < t.steps; ++n) {
      if (t.used[n].set == 0) continue;
      return fmt::format("lets {} before the guest's {} is set", name,
                         (t.used[n].set & x86::entry::accessed) != 0 ? "A bit" : "D bit");
    }
  }
  if (granted.write) {
    if (const mmu::page* p = table_in(w, frame))
      return fmt::format("is writable, and the frame is the table of page {}", p->ordinal);
  }
  return "";
}

}  // namespace umbra::tools
