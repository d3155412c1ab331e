#include "tools/triage/probe/cpu_scene.hpp"

#include <algorithm>

#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "fuzz/guest/shared/entries.hpp"
#include "fuzz/guest/shared/layout.hpp"
#include "fuzz/guest/shared/tables.hpp"
#include "fuzz/world/guest_view.hpp"
#include "models/reference/walk.hpp"

namespace umbra::tools {

namespace {

using opguest::bit_range, opguest::format, opguest::scene;
namespace layout = opguest::layout;

format format_of(const reference::registers& r) {
  if (!reference::paging(r)) return format::off;
  if (reference::uses_32bit(r)) return format::bits32;
  return reference::uses_4level(r) ? format::level4 : format::pae;
}

/// Builds the tables of one path. All indices of tables below the root are 0; that of the root is not the trampoline's.
class path_maker {
 public:
  path_maker(scene& made, const reference::registers& r) : made_(made), registers_(r) {
    made_.cr3 = new_table();
    plant_trampoline();
  }

  std::uint64_t address() const { return root_index() << shift(top()) | offset_; }

  void lay(const reference::translation& t, std::uint64_t gva) {
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

 private:
  unsigned top() const { return opguest::tables::top(made_.mode); }
  unsigned index_bits() const { return made_.mode == format::bits32 ? 10 : 9; }
  unsigned shift(unsigned level) const { return 12 + index_bits() * (level - 1); }
  std::uint64_t root_index() const { return made_.mode == format::bits32 ? 5 : 1; }

  bool is_large(unsigned level, word entry) const {
    if ((entry & x86::entry::large) == 0) return false;
    if (made_.mode == format::bits32) return (registers_.cr4 & x86::cr4::pse) != 0;
    return level == 2 || (level == 3 && made_.mode == format::level4);
  }

  /// An entry that leads elsewhere: what is address in it is exchanged, all other bits stay.
  std::uint64_t moved(word entry, std::uint64_t to, unsigned lowest) const {
    const unsigned width = registers_.cpuid.maxphyaddr;
    if (made_.mode == format::bits32) {
      // PSE-36: bits 20:13 of a large page's entry hold address bits 39:32, as far as there are such (SDM 4.3).
      const std::uint64_t upper = lowest == 12 ? 0 : bit_range(std::min(width, 40u) - 20, 13);
      return (entry & ~(bit_range(31, lowest) | upper)) | (to & bit_range(31, lowest));
    }
    return (entry & ~bit_range(width - 1, lowest)) | to;
  }

  std::uint64_t new_table() {
    const std::uint64_t gpa = layout::low_tables + 0x1000 * made_.tables_used;
    made_.tables[made_.tables_used++] = gpa;
    return gpa;
  }

  void add(std::uint64_t gpa, std::uint64_t value, bool leaf) {
    if (made_.entry_bytes == 4) value &= 0xffff'ffff;
    made_.sites[made_.sites_used++] = {gpa, value, leaf};
  }

  /// As in every scene (fuzz/guest/shared/tables.hpp).
  void plant_trampoline() {
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

  scene& made_;
  const reference::registers& registers_;
  std::uint64_t offset_ = 0;  ///< of the data frame in the page
};

/// The part of a data frame that answers to an access of this kind.
constexpr unsigned part_for(opguest::kind k) {
  return k == opguest::kind::write   ? layout::slot_cell
         : k == opguest::kind::fetch ? layout::slot_code
                                     : layout::slot_tag;
}

}  // namespace

std::optional<scene> scene_of(fuzz::world& w, const fuzz::op& o, std::string& why) {
  using fuzz::kind;
  if (o.kind != kind::read && o.kind != kind::write && o.kind != kind::fetch) return std::nullopt;
  const reference::registers& r = w.registers(w.current());
  opguest::probe p{};
  p.what = o.kind == kind::write   ? opguest::kind::write
           : o.kind == kind::fetch ? opguest::kind::fetch
           : o.by.implicit         ? opguest::kind::implicit
                                   : opguest::kind::read;
  p.cpl = o.by.cpl;
  p.ac = o.by.ac;
  const bool user = o.by.cpl == 3 && !o.by.implicit;
  const reference::access by{.user = user,
                             .write = o.kind == kind::write,
                             .fetch = o.kind == kind::fetch,
                             .ac = o.by.ac && o.by.cpl < 3 && !o.by.implicit};
  const bool wide = static_cast<bool>(reference::uses_4level(r));
  const std::uint64_t gva =
      wide ? static_cast<std::uint64_t>(static_cast<std::int64_t>(o.address << 16) >> 16) : o.address & 0xffff'ffff;
  const fuzz::guest_view memory(w.map(), w.hardware().memory());
  const reference::translation t = reference::walk(memory, r, gva, by);
  if (t.rootless) {
    why = "the guest's root table is not in memory";
    return std::nullopt;
  }
  for (unsigned a = 0; a < t.steps; ++a) {
    for (unsigned b = 0; b < a; ++b) {
      if (t.used[a].gpa >> 12 != t.used[b].gpa >> 12) continue;
      why = "the path goes through one table twice";
      return std::nullopt;
    }
  }
  scene s{};
  s.mode = format_of(r);
  s.entry_bytes = s.mode == format::bits32 ? 4 : 8;
  if (s.mode == format::off) {
    p.gva = layout::low_regions[0];
  } else {
    path_maker made(s, r);
    made.lay(t, gva);
    p.gva = made.address();
  }
  p.gva += part_for(p.what);
  p.cr0 = static_cast<std::uint32_t>(x86::cr0::pe | x86::cr0::et | (r.cr0 & (x86::cr0::wp | x86::cr0::pg)));
  p.cr4 = static_cast<std::uint32_t>(r.cr4 &
                                     (x86::cr4::pse | x86::cr4::pae | x86::cr4::pge | x86::cr4::smep | x86::cr4::smap));
  p.efer = static_cast<std::uint32_t>(r.efer & (x86::efer::nxe | x86::efer::lme));
  s.probes[0] = p;
  s.probes_used = 1;
  return s;
}

}  // namespace umbra::tools
