// What a guest entry means for the shadow entry that reflects it: nothing, a leaf, or a link to one certain page.
//
// The fault path, emulated writes and INVLPG all ask here, so they cannot differ.
#pragma once

#include "core/memory/space.hpp"
#include "core/mmu/page.hpp"

namespace umbra::mmu {

enum class meaning_kind : unsigned char {
  nothing,  ///< not present, malformed, or not yet accessed: the shadow entry must not be present
  leaf,
  link,
};

struct meaning {
  meaning_kind kind = meaning_kind::nothing;
  gfn frame{};        ///< leaf: the frame mapped; link: of the page linked to
  mmu::role role{};   ///< link: of the page linked to
  bool direct = false;  ///< link: to a direct page
  rights granted{};   ///< leaf: of the whole path
  flag dirty{};       ///< leaf: may be writable as far as the guest's D bit goes
};

/// For an entry of a page that shadows a guest table; `entry` is the guest's.
meaning meaning_of(const memory::space&, const page&, word index, word entry);

/// For an entry of a direct page.
meaning meaning_of_direct(const page&, word index);

/// The guest entry, within its table, that a shadow entry reflects.
word guest_index(const page&, word index);

}  // namespace umbra::mmu
