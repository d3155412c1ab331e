// The translation of a linear address by the guest's own tables as they are now, in every paging mode (4.3 to 4.8).
//
// One walk, compiled once for each format; each rule it applies has its own file. It branches only where the next read
// depends on the outcome.
#pragma once

#include <word/word.hpp>

#include "models/reference/accessed_dirty.hpp"
#include "models/reference/error_code.hpp"
#include "models/reference/formats.hpp"
#include "models/reference/memory_access.hpp"
#include "models/reference/paging_mode.hpp"
#include "models/reference/permission.hpp"
#include "models/reference/reserved.hpp"
#include "models/reference/translation.hpp"

namespace umbra::reference {

/// Ends a translation with a page fault.
inline void end_in_fault(translation& t, const cause& why, const access& by, const registers& r) {
  t.faults = flag(true);
  t.error_code = error_code(why, by, r);
}

/// `t`, ended so.
inline translation faulted(translation t, const cause& why, const access& by, const registers& r) {
  end_in_fault(t, why, by, r);
  return t;
}

/// Ends one whose last step maps the page at `frame`: the address, or a fault if the rights deny the access (4.6). A and
/// D bits are for the access that succeeds (4.8).
inline void end_in_page(translation& t, const rights& path, word frame, word linear, const access& by,
                        const registers& r) {
  const flag granted = permitted(path, by, r);
  const unsigned leaf = t.steps - 1;
  for (unsigned step = 0; step < t.steps; ++step)
    t.used[step].set = select(granted, accessed_dirty(t.used[step].entry, step == leaf, by), word{0});
  t.write = path.write;
  t.user = path.user;
  t.execute = path.execute;
  t.global = both(has(t.used[leaf].entry, x86::entry::global), global_pages(r));
  t.address = frame | (linear & bits(t.page_shift - 1, 0));
  t.faults = negate(granted);
  t.error_code = select(granted, word{0}, error_code({}, by, r));
}

/// The walk in one format.
template <class Format, guest_memory Memory>
translation walk_format(const Memory& memory, const registers& r, word gva, const access& by) {
  const word linear = gva & Format::linear_mask;
  translation t;
  if (negate(Format::root_present(r, linear))) {
    end_in_fault(t, {.not_present = flag(true)}, by, r);
    return t;
  }

  rights path;
  word table = Format::root(r, linear);
  for (unsigned level = Format::levels; level > 0; --level) {
    const word at = Format::entry_at(level, table, linear);
    const flag backed = memory.backed(at);
    if (level == Format::levels && Format::rooted_in_memory) {
      t.rootless = negate(backed);
      if (t.rootless) return t;
    }
    word entry{0};
    if (backed) entry = memory.read(at, Format::entry_bytes);
    t.used[t.steps++] = {.gpa = at, .bytes = Format::entry_bytes, .entry = entry};

    const flag absent = negate(has(entry, x86::entry::present));
    const flag reserved = both(negate(absent), (entry & reserved_bits<Format>(level, entry, r)) != word{0});
    if (either(absent, reserved)) {
      end_in_fault(t, {.not_present = absent, .reserved = reserved}, by, r);
      return t;
    }

    path = narrowed<Format>(path, entry);
    if (Format::maps_page(level, entry, r)) {
      t.page_shift = Format::shift(level);
      end_in_page(t, path, Format::frame(level, entry), linear, by, r);
      return t;
    }
    table = entry & Format::table_mask;
  }
  return t;  // not reached: every entry of level 1 maps a page
}

/// Paging off: the linear address, 32 bits, is the physical one (4.1.1).
inline translation walk_unpaged(word gva) {
  translation t;
  t.address = gva & bits(31, 0);
  return t;
}

/// Where `gva` leads for this access. In 4-level paging `gva` is canonical: others never get as far as paging.
template <guest_memory Memory>
translation walk(const Memory& memory, const registers& r, word gva, const access& by) {
  if (negate(paging(r))) return walk_unpaged(gva);
  if (uses_32bit(r)) return walk_format<bits32>(memory, r, gva, by);
  if (uses_pae(r)) return walk_format<pae>(memory, r, gva, by);
  return walk_format<level4>(memory, r, gva, by);
}

}  // namespace umbra::reference
