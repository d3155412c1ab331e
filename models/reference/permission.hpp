// Access rights (4.6): what the entries of a path grant together, and which accesses that denies.
//
// One rule, one expression.
#pragma once

#include <word/word.hpp>

#include "core/x86/entry.hpp"
#include "models/reference/paging_mode.hpp"

namespace umbra::reference {

/// The rights of a path: what every entry on it grants.
struct rights {
  flag write = flag(true);    ///< R/W = 1 in every entry
  flag user = flag(true);     ///< U/S = 1 in every entry: a user-mode address (4.6)
  flag execute = flag(true);  ///< XD = 0 in every entry
};

/// The rights that remain after one more entry (4.6.1). 32-bit entries have no XD flag.
template <class Format>
rights narrowed(const rights& path, word entry) {
  return {.write = both(path.write, has(entry, x86::entry::write)),
          .user = both(path.user, has(entry, x86::entry::user)),
          .execute =
              Format::has_no_execute ? both(path.execute, negate(has(entry, x86::entry::no_execute))) : path.execute};
}

/// 4.6.1: user-mode accesses to supervisor-mode addresses.
inline flag denies_user(const rights& path, const access& by) { return both(by.user, negate(path.user)); }

/// 4.6.1: writes without R/W; those of supervisor mode only while CR0.WP = 1.
inline flag denies_write(const rights& path, const access& by, const registers& r) {
  return both(both(by.write, negate(path.write)), either(by.user, write_protect(r)));
}

/// 4.6.1: fetches with XD (which is reserved unless EFER.NXE = 1).
inline flag denies_fetch(const rights& path, const access& by) { return both(by.fetch, negate(path.execute)); }

/// 4.6.1: supervisor-mode fetches from user-mode addresses while CR4.SMEP = 1.
inline flag denies_smep(const rights& path, const access& by, const registers& r) {
  return both(both(by.fetch, negate(by.user)), both(path.user, smep(r)));
}

/// 4.6.1: supervisor-mode data accesses to user-mode addresses while CR4.SMAP = 1, unless explicit with EFLAGS.AC = 1.
inline flag denies_smap(const rights& path, const access& by, const registers& r) {
  return both(both(negate(by.fetch), negate(by.user)), both(both(path.user, smap(r)), negate(by.ac)));
}

/// Whether a translation with these rights allows this access.
inline flag permitted(const rights& path, const access& by, const registers& r) {
  return negate(either(either(denies_user(path, by), denies_write(path, by, r)),
                       either(denies_fetch(path, by), either(denies_smep(path, by, r), denies_smap(path, by, r)))));
}

}  // namespace umbra::reference
