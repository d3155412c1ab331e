// A guest for the tests: sparse memory that is written by hand, and registers for each paging mode.
#pragma once

#include <map>

#include "models/reference/walk.hpp"

namespace umbra::reference::test {

using namespace x86::entry;

constexpr std::uint64_t all = present | write | user;  ///< every right
constexpr std::uint64_t used = accessed | dirty;

class guest_ram {
 public:
  bool backed(word gpa) const { return gpa < size; }
  word read(word gpa, unsigned bytes) const { return bytes == 8 ? half(gpa) | half(gpa + 4) << 32 : half(gpa); }
  void put4(word gpa, word value) { halves_[gpa] = static_cast<std::uint32_t>(value); }
  void put8(word gpa, word value) { put4(gpa, value), put4(gpa + 4, value >> 32); }

  word size = word{1} << 32;  ///< what lies from here on is a hole

 private:
  word half(word gpa) const {
    const auto found = halves_.find(gpa);
    return found == halves_.end() ? 0 : found->second;
  }
  std::map<word, std::uint32_t> halves_;
};

inline registers bits32_registers() {
  return {.cr0 = x86::cr0::pe | x86::cr0::pg | x86::cr0::wp | x86::cr0::et, .cr3 = 0x1000, .cr4 = x86::cr4::pse};
}
inline registers pae_registers() {
  registers r{.cr0 = x86::cr0::pe | x86::cr0::pg | x86::cr0::wp | x86::cr0::et,
              .cr3 = 0x1020,
              .cr4 = x86::cr4::pae,
              .efer = x86::efer::nxe};
  r.pdpte = {0x2000 | present, 0x3000 | present, 0, 0x5000 | present};
  return r;
}
inline registers level4_registers() {
  return {.cr0 = x86::cr0::pe | x86::cr0::pg | x86::cr0::wp | x86::cr0::et,
          .cr3 = 0x1000,
          .cr4 = x86::cr4::pae,
          .efer = x86::efer::lme | x86::efer::lma | x86::efer::nxe};
}

constexpr access user_read{.user = true}, user_write{.user = true, .write = true},
    user_fetch{.user = true, .fetch = true};
constexpr access read{}, write_{.write = true}, fetch{.fetch = true};
constexpr access read_ac{.ac = true}, write_ac{.write = true, .ac = true}, fetch_ac{.fetch = true, .ac = true};

}  // namespace umbra::reference::test
