#include "tools/triage/probe/path_maker.hpp"

#include <algorithm>

#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "fuzz/guest/shared/entries.hpp"
#include "fuzz/guest/shared/layout.hpp"
#include "fuzz/guest/shared/tables.hpp"
#include "models/reference/paging_mode.hpp"

namespace umbra::tools {

using opguest::bit_range, opguest::format;
namespace layout = opguest::layout;

void set_mode(opguest::scene& s, const reference::registers& r) {
  s.mode = !reference::paging(r)       ? format::off
           : reference::uses_32bit(r)  ? format::bits32
           : reference::uses_4level(r) ? format::level4
                                       : format::pae;
  s.entry_bytes = s.mode == format::bits32 ? 4 : 8;
}

void set_registers(opguest::probe& p, const reference::registers& r) {
  p.cr0 = static_cast<std::uint32_t>(x86::cr0::pe | x86::cr0::et | (r.cr0 & (x86::cr0::wp | x86::cr0::pg)));
  p.cr4 = static_cast<std::uint32_t>(r.cr4 &
                                     (x86::cr4::pse | x86::cr4::pae | x86::cr4::pge | x86::cr4::smep | x86::cr4::smap));
  p.efer = static_cast<std::uint32_t>(r.efer & (x86::efer::nxe | x86::efer::lme));
}

path_maker::path_maker(opguest::scene& made, const reference::registers& r) : made_(made), registers_(r) {
  made_.cr3 = new_table();
  plant_trampoline();
}

unsigned path_maker::top() const { return opguest::tables::top(made_.mode); }

void path_maker::lay(const reference::translation& t, std::uint64_t gva) {
  std::uint64_t table = made_.cr3;
  unsigned level = top();
  if (made_.mode == format::pae) {
    // The walk begins at the register; a processor loads that from memory.
    const word pointer = registers_.pdpte[gva >> 30 & 3];
    const std::uint64_t next = (pointer & x86::entry::present) != 0 ? new_table() : 0;
    add(table + root_index() * 8, next == 0 ? pointer : moved(pointer, next, 12), false);
    if (next == 0) return;
    table = next;
    --level;
  }
  for (unsigned n = 0; n < t.steps; ++n, --level) {
    const word entry = t.used[n].entry;
    const std::uint64_t at = table + (level == top() ? root_index() : 0) * made_.entry_bytes;
    const bool last = n + 1 == t.steps;
    if (last && (entry & x86::entry::present) == 0) return add(at, entry, false);
    if (last && (level == 1 || is_large(level, entry))) {
      // A page of 1 GiB begins at 0, and a data frame lies somewhere in it.
      offset_ = level == 3 ? layout::low_regions[0] : 0;
      return add(at, moved(entry, layout::low_regions[0] - offset_, shift(level)), true);
    }
    table = new_table();
    add(at, moved(entry, table, 12), false);
    if (last) return;  // a reserved bit ends the walk here
  }
}

std::uint64_t path_maker::lay_pointers(const std::array<word, 4>& pointers) {
  const std::uint64_t table = new_table();
  const std::uint64_t trampoline_at = layout::image >> shift(top());
  const auto of_trampoline = std::find_if(made_.sites, made_.sites + made_.sites_used, [&](const opguest::site& s) {
    return s.gpa == made_.cr3 + trampoline_at * 8;
  });
  const std::uint64_t directory = of_trampoline->value & x86::entry::address_mask;
  for (std::uint64_t n = 0; n < pointers.size(); ++n) {
    const bool present = (pointers[n] & x86::entry::present) != 0;
    if (!present && n != trampoline_at) {
      add(table + n * 8, pointers[n], false);
      continue;
    }
    // What lies beyond the guest's addresses may be an address elsewhere; the last bit is one nowhere.
    const word bits = present ? pointers[n] : word{0}, beyond = bit_range(51, registers_.cpuid.maxphyaddr);
    const word refused = (bits & beyond) != 0 ? word{1} << 51 : word{0};
    add(table + n * 8, (moved(bits, directory, 12) & ~beyond) | refused | x86::entry::present, false);
  }
  return table;
}

bool path_maker::is_large(unsigned level, word entry) const {
  if ((entry & x86::entry::large) == 0) return false;
  if (made_.mode == format::bits32) return (registers_.cr4 & x86::cr4::pse) != 0;
  return level == 2 || (level == 3 && made_.mode == format::level4);
}

std::uint64_t path_maker::moved(word entry, std::uint64_t to, unsigned lowest) const {
  const unsigned width = registers_.cpuid.maxphyaddr;
  if (made_.mode == format::bits32) {
    // PSE-36: bits 20:13 of a large page's entry hold address bits 39:32, as far as there are such (SDM 4.3).
    const std::uint64_t upper = lowest == 12 ? 0 : bit_range(std::min(width, 40u) - 20, 13);
    return (entry & ~(bit_range(31, lowest) | upper)) | (to & bit_range(31, lowest));
  }
  return (entry & ~bit_range(width - 1, lowest)) | to;
}

std::uint64_t path_maker::new_table() {
  const std::uint64_t gpa = layout::low_tables + 0x1000 * made_.tables_used;
  made_.tables[made_.tables_used++] = gpa;
  return gpa;
}

void path_maker::add(std::uint64_t gpa, std::uint64_t value, bool leaf) {
  if (made_.entry_bytes == 4) value &= 0xffff'ffff;
  made_.sites[made_.sites_used++] = {gpa, value, leaf};
}

/// As in every scene (fuzz/guest/shared/tables.hpp).
void path_maker::plant_trampoline() {
  constexpr std::uint64_t full = x86::entry::present | x86::entry::write | x86::entry::user | x86::entry::accessed;
  std::uint64_t table = made_.cr3;
  for (unsigned level = top(); level > 1; --level) {
    const bool wide = made_.mode != format::bits32, pointer = made_.mode == format::pae && level == 3;
    const std::uint64_t next = level > 2 ? new_table() : wide ? layout::wide_trampoline : layout::narrow_trampoline;
    const std::uint64_t index = layout::image >> shift(level) & ((std::uint64_t{1} << index_bits()) - 1);
    add(table + index * made_.entry_bytes, next | (pointer ? std::uint64_t{x86::entry::present} : full), false);
    table = next;
  }
}

}  // namespace umbra::tools
