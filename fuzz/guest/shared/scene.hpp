// A scene: one set of paging structures, and the accesses tried on it one after the other. Plain data, made from a
// number by shared/generator.hpp on both sides.
#pragma once

#include <cstdint>

namespace umbra::opguest {

/// What the processor at hand can do, as the guest program found it; scenes are made for it.
struct environment {
  std::uint8_t maxphyaddr = 36;
  bool no_execute = false, long_mode = false, gbpages = false, smep = false, smap = false;
  bool far_memory = false;  ///< there is memory from 4 GiB on
};

enum class format : std::uint8_t { off, bits32, pae, level4 };

/// An implicit access reads a segment descriptor: a supervisor access at any CPL, whatever EFLAGS.AC says (SDM 4.6).
/// The last four are no accesses, but writes of `gva` to a register at CPL 0; nobody draws them.
enum class kind : std::uint8_t { read, write, fetch, implicit, set_cr0, set_cr3, set_cr4, set_efer };
constexpr bool sets_register(kind k) { return k >= kind::set_cr0; }

/// A paging-structure entry that is not 0.
struct site {
  std::uint64_t gpa, value;
  bool leaf;  ///< maps a page
};

/// After so many accesses, entries that map pages get back the values that they had at first, so that A and D bits are
/// set anew. The others keep theirs.
constexpr unsigned accesses_between_restores = 24;

struct probe {
  std::uint64_t gva;  ///< what the instruction addresses, or the value that a register is given
  std::uint32_t cr0, cr4, efer;
  kind what;
  std::uint8_t cpl;
  bool ac;  ///< EFLAGS.AC
};

struct scene {
  static constexpr unsigned max_tables = 24, max_sites = 160, max_probes = 192;

  format mode;
  std::uint8_t entry_bytes;  ///< 4 or 8
  std::uint64_t cr3;
  unsigned tables_used, sites_used, probes_used;
  std::uint64_t tables[max_tables];  ///< each a frame's address; all that is not in `sites` is 0
  site sites[max_sites];
  probe probes[max_probes];
};

/// A number that differs if two sides made different scenes.
inline std::uint32_t digest(const scene& s) {
  std::uint32_t sum = 2166136261u;
  const auto add = [&sum](std::uint64_t value) {
    sum = (sum ^ static_cast<std::uint32_t>(value) ^ static_cast<std::uint32_t>(value >> 32)) * 16777619u;
  };
  add(s.cr3);
  for (unsigned i = 0; i < s.sites_used; ++i) add(s.sites[i].gpa), add(s.sites[i].value);
  for (unsigned i = 0; i < s.probes_used; ++i) {
    const probe& p = s.probes[i];
    add(p.gva), add(p.cr0), add(p.cr4), add(p.efer);
    add(static_cast<std::uint64_t>(p.what) | p.cpl << 8 | p.ac << 16);
  }
  return sum;
}

}  // namespace umbra::opguest
