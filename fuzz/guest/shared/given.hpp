// Scenes that are given to the guest program rather than drawn by it: whoever starts it writes them into its image. One
// access each. As 64-bit words, since the two sides lay out structures differently.
#pragma once

#include "fuzz/guest/shared/scene.hpp"

namespace umbra::opguest {

struct given {
  static constexpr unsigned scenes_limit = 8, tables_limit = 8, sites_limit = 12;
  static constexpr unsigned scene_words = 3 + tables_limit + 3 * sites_limit + 3;
  static constexpr std::uint64_t first_mark = 0x7363'656e'6573'2067, second_mark = 0x6976'656e'2068'6572;

  std::uint64_t marks[2] = {first_mark, second_mark};  ///< by which it is found in the image
  std::uint64_t count = 0;                             ///< scenes; 0: draw some
  std::uint64_t words[scenes_limit * scene_words] = {};
};
static_assert(sizeof(given) == 8 * (3 + given::scenes_limit * given::scene_words));

/// Whether a scene is small enough to be given.
constexpr bool can_be_given(const scene& s) {
  return s.tables_used <= given::tables_limit && s.sites_used <= given::sites_limit && s.probes_used == 1;
}

/// `to` has room for given::scene_words.
constexpr void pack(const scene& s, std::uint64_t* to) {
  *to++ = static_cast<std::uint64_t>(s.mode) | std::uint64_t{s.entry_bytes} << 8;
  *to++ = s.cr3;
  *to++ = s.tables_used | std::uint64_t{s.sites_used} << 32;
  for (unsigned n = 0; n < given::tables_limit; ++n) *to++ = n < s.tables_used ? s.tables[n] : 0;
  for (unsigned n = 0; n < given::sites_limit; ++n) {
    const site one = n < s.sites_used ? s.sites[n] : site{};
    *to++ = one.gpa;
    *to++ = one.value;
    *to++ = one.leaf;
  }
  const probe& p = s.probes[0];
  *to++ = p.gva;
  *to++ = p.cr0 | std::uint64_t{p.cr4} << 32;
  *to++ = p.efer | static_cast<std::uint64_t>(p.what) << 32 | std::uint64_t{p.cpl} << 40 | std::uint64_t{p.ac} << 48;
}

constexpr void unpack(const std::uint64_t* from, scene& s) {
  s.mode = static_cast<format>(*from & 0xff);
  s.entry_bytes = static_cast<std::uint8_t>(*from++ >> 8);
  s.cr3 = *from++;
  s.tables_used = static_cast<std::uint32_t>(*from);
  s.sites_used = static_cast<std::uint32_t>(*from++ >> 32);
  for (unsigned n = 0; n < given::tables_limit; ++n) s.tables[n] = *from++;
  for (unsigned n = 0; n < given::sites_limit; ++n) {
    s.sites[n].gpa = *from++;
    s.sites[n].value = *from++;
    s.sites[n].leaf = *from++ != 0;
  }
  s.probes_used = 1;
  probe& p = s.probes[0];
  p.gva = *from++;
  p.cr0 = static_cast<std::uint32_t>(*from);
  p.cr4 = static_cast<std::uint32_t>(*from++ >> 32);
  p.efer = static_cast<std::uint32_t>(*from);
  p.what = static_cast<kind>(*from >> 32 & 0xff);
  p.cpl = static_cast<std::uint8_t>(*from >> 40);
  p.ac = (*from >> 48 & 1) != 0;
}

}  // namespace umbra::opguest
