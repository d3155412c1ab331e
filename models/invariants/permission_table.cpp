#include "models/invariants/permission_table.hpp"

#include "models/reference/permission.hpp"

namespace umbra::invariants {

namespace {

reference::rights unpacked(unsigned r) {
  return {.write = (r & right::write) != 0, .user = (r & right::user) != 0, .execute = (r & right::execute) != 0};
}

reference::registers modifiers(bool wp, bool smep, bool smap) {
  reference::registers r;
  r.cr0 = x86::cr0::pe | x86::cr0::pg | (wp ? x86::cr0::wp : 0);
  r.cr4 = x86::cr4::pae | (smep ? x86::cr4::smep : 0) | (smap ? x86::cr4::smap : 0);
  r.efer = x86::efer::nxe;
  return r;
}

/// Whether every access that hardware permits through the leaf is one that the guest's path permits.
bool sound(unsigned leaf, unsigned path, const reference::registers& hardware, const reference::registers& guest) {
  for (unsigned n = 0; n < 16; ++n) {
    const reference::access by{(n & 1) != 0, (n & 2) != 0, (n & 4) != 0, (n & 8) != 0};
    if ((by.write && by.fetch) || (by.user && by.ac)) continue;  // there is no such access
    if (reference::permitted(unpacked(leaf), by, hardware) && !reference::permitted(unpacked(path), by, guest))
      return false;
  }
  return true;
}

}  // namespace

permission_table::permission_table() {
  for (unsigned m = 0; m < 8; ++m) {
    const bool wp = m & 1, smep = m & 2, smap = m & 4;
    for (unsigned path = 0; path <= right::all; ++path) {
      sound_[m][path] = 0;
      for (unsigned leaf = 0; leaf <= right::all; ++leaf) {
        if (sound(leaf, path, modifiers(true, smep, smap), modifiers(wp, smep, smap)))
          sound_[m][path] = static_cast<std::uint8_t>(sound_[m][path] | 1u << leaf);
      }
    }
  }
}

}  // namespace umbra::invariants
