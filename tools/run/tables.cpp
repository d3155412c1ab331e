#include "tools/run/tables.hpp"

#include <array>

#include "core/x86/entry.hpp"
#include "models/reference/walk.hpp"
#include "tools/run/words.hpp"

namespace umbra::tools {

namespace {

constexpr unsigned levels = 4;
using column = std::array<std::string, levels + 1>;  ///< by level; [0] where the path leads

column guest_column(fuzz::world& w, unsigned vcpu, std::uint64_t gva) {
  column out;
  const reference::registers& r = w.registers(vcpu);
  const fuzz::guest_view memory(w.map(), w.hardware().memory());
  const reference::translation t = reference::walk(memory, r, gva, reference::access{});
  if (t.rootless) {
    out[0] = fmt::format("the root table at {:#x} is not in memory", r.cr3 & x86::entry::address_mask);
    return out;
  }
  unsigned level = reference::uses_4level(r) ? 4 : 2;
  if (reference::uses_pae(r)) {
    const word pointer = reference::pae::pdpte(r, gva);
    out[3] = fmt::format("PDPTE register {} = {:#x}  {}", gva >> 30 & 3, pointer, (pointer & 1) != 0 ? "P" : "-");
  }
  for (unsigned n = 0; n < t.steps; ++n, --level) {
    const auto& e = t.used[n];
    const auto there = w.map().find(e.gpa >> 12);
    out[level] = fmt::format("{} at {:#x} = {:#x}  {}{}", name_of_entry(level), e.gpa, e.entry,
                             bits_of_guest_entry(e.entry, e.bytes),
                             !there.backed     ? "  (hole)"
                             : there.read_only ? "  (ROM)"
                                               : "");
  }
  const bool reached = !t.faults || (t.steps != 0 && (t.error_code & 9) == 1);
  if (!reached) {
    out[0] = fmt::format("#PF for a supervisor's read, code {}", error_code_in_words(t.error_code));
    return out;
  }
  const auto there = w.map().find(t.address >> 12);
  const std::string where = !there.backed     ? "a hole"
                            : there.read_only ? fmt::format("read-only host frame {:#x}", there.host_frame)
                                              : fmt::format("host frame {:#x}", there.host_frame);
  out[0] = fmt::format("{:#x}, {}{}", t.address, where,
                       t.page_shift > 12 ? fmt::format(", page of 2^{} bytes", t.page_shift) : "");
  return out;
}

column shadow_column(fuzz::world& w, unsigned vcpu, std::uint64_t gva) {
  column out;
  const mmu::view v(w.shadow());
  const mmu::context& c = w.guest(vcpu).context();
  if (!c.loaded) {
    out[0] = "no roots are loaded";
    return out;
  }
  const bool wide = c.mode.format == mmu::paging::level4;
  const mmu::page* p = c.roots[wide ? 0 : gva >> 30 & 3];
  hfn next{};
  // After a finding the core's state may be anything: each step must lead down.
  for (unsigned above = levels + 1; p != nullptr && p->level >= 1 && p->level < above;
       above = p->level, p = v.page_of(next)) {
    const unsigned index = gva >> (12 + 9 * (p->level - 1)) & 511;
    const word entry = p->entries->get(index);
    out[p->level] = fmt::format("page {} (gfn {:#x}, {}) [{}] = {:#x}  {}", p->ordinal, p->frame.value,
                                role_in_words(p->role), index, entry, bits_of_shadow_entry(entry));
    const std::uint64_t frame = (entry & x86::entry::address_mask) >> 12;
    if ((entry & x86::entry::present) == 0) {
      out[0] = "nothing";
      return out;
    }
    if (p->level == 1) {
      out[0] = fmt::format("host frame {:#x}", frame);
      return out;
    }
    next = {frame};
    out[0] = fmt::format("host frame {:#x}, which is no shadow page of the level below", frame);
  }
  if (out[0].empty()) out[0] = "no root here";
  return out;
}

}  // namespace

void show_tables(paper& out, fuzz::world& w, unsigned vcpu, std::uint64_t gva) {
  out.line("  tables for {:#x} on vCPU {} ({})", gva, vcpu, mode_in_words(w.registers(vcpu)));
  const column guest = guest_column(w, vcpu, gva), shadow = shadow_column(w, vcpu, gva);
  constexpr unsigned width = 56;
  out.line(ink::dim, "    {:<{}}  {}", "guest", width, "shadow");
  for (unsigned level = levels; level > 0; --level) {
    if (guest[level].empty() && shadow[level].empty()) continue;
    out.line("    {:<{}}  {}", guest[level], width, shadow[level]);
  }
  out.line("    -> {:<{}}  -> {}", guest[0], width - 3, shadow[0]);
}

}  // namespace umbra::tools
