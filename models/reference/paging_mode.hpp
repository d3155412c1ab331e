// Which paging format is in force, and the modifiers of 4.1.3, read off the control registers.
#pragma once

#include <word/word.hpp>

#include "core/x86/control.hpp"
#include "models/reference/registers.hpp"

namespace umbra::reference {

inline flag paging(const registers& r) { return has(r.cr0, x86::cr0::pg); }
inline flag ia32e_active(const registers& r) { return has(r.efer, x86::efer::lma); }

/// The modes of 4.1.1. Exactly one of these three holds while paging is on, none while it is off.
inline flag uses_32bit(const registers& r) { return both(paging(r), negate(has(r.cr4, x86::cr4::pae))); }
inline flag uses_pae(const registers& r) {
  return both(paging(r), both(has(r.cr4, x86::cr4::pae), negate(ia32e_active(r))));
}
inline flag uses_4level(const registers& r) {
  return both(paging(r), both(has(r.cr4, x86::cr4::pae), ia32e_active(r)));
}

/// The modifiers of 4.1.3.
inline flag write_protect(const registers& r) { return has(r.cr0, x86::cr0::wp); }
inline flag global_pages(const registers& r) { return has(r.cr4, x86::cr4::pge); }
inline flag smep(const registers& r) { return has(r.cr4, x86::cr4::smep); }
inline flag smap(const registers& r) { return has(r.cr4, x86::cr4::smap); }
inline flag no_execute_enabled(const registers& r) { return has(r.efer, x86::efer::nxe); }

}  // namespace umbra::reference
