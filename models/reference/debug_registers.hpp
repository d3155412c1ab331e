// MOV to and from DR0 to DR7 (18.2; volume 2, MOV debug registers). A VM exit for them comes before every fault but #UD
// for the encoding (26.1.3), so that a hypervisor has all of this to check.
#pragma once

#include <word/word.hpp>

#include "core/x86/control.hpp"
#include "core/x86/debug.hpp"
#include "models/reference/formats.hpp"

namespace umbra::reference {

struct debug_access {
  word number{};             ///< 0 to 7, as encoded
  flag write = flag(false);  ///< MOV to DR
  word value{};              ///< if `write`: 64 bits in 64-bit mode, else 32
  word cpl{};
  word cr4{};
  word dr7{};
};

/// DR4 and DR5 are #UD with CR4.DE = 1, else other names of DR6 and DR7 (18.2.2).
inline flag is_reserved_name(const debug_access& a) { return (a.number >> 1) == word{2}; }
inline flag debug_access_undefined(const debug_access& a) {
  return both(is_reserved_name(a), has(a.cr4, x86::cr4::de));
}
/// The register that the number means.
inline word debug_register(word number) { return select<word>((number >> 1) == word{2}, number + word{2}, number); }

/// The exceptions that an access may raise. `undefined` excludes the others. Of `protection` and `debug` the SDM does
/// not say which comes first: if both are due, either is right.
struct debug_access_fault {
  flag undefined = flag(false);
  flag protection = flag(false);  ///< #GP(0): CPL, or a 1 in bits 63:32 of DR6 or DR7
  flag debug = flag(false);       ///< #DB: DR7.GD. Sets DR6.BD, and the delivery clears GD (18.2.4)
};
inline debug_access_fault debug_access_faults(const debug_access& a) {
  const flag undefined = debug_access_undefined(a);
  const flag controls = debug_register(a.number) >= word{6};
  const flag wide = both(both(a.write, controls), has(a.value, bits(63, 32)));
  return {.undefined = undefined,
          .protection = both(negate(undefined), either(a.cpl != word{0}, wide)),
          .debug = both(negate(undefined), has(a.dr7, x86::dr7::gd))};
}

/// What the register holds after a write: fixed bits are as they are (18.2.3, 18.2.4).
inline word debug_register_value(word number, word value) {
  const word meant = debug_register(number);
  const word dr6 = (value & word{x86::dr6::writable}) | word{x86::dr6::ones};
  const word dr7 = (value & word{x86::dr7::writable}) | word{x86::dr7::ones};
  return select(meant == word{6}, dr6, select(meant == word{7}, dr7, value));
}

/// DR6 as a #DB leaves it: its causes are set, of bits 3:0 others may have been cleared, nothing else is (18.2.3).
inline flag is_dr6_after_debug(word now, word before, word causes) {
  const word breakpoints{x86::dr6::breakpoints};
  const flag others = ((now ^ (before | causes)) & ~breakpoints) == word{0};
  return both(others, both((causes & ~now) == word{0}, (now & ~(before | causes)) == word{0}));
}
/// Its delivery clears GD, so that the handler may use debug registers (18.2.4).
inline word dr7_after_debug(word before) { return before & ~word{x86::dr7::gd}; }
/// It ends stepping by branches, too (18.4.3).
inline word debugctl_after_debug(word before) { return before & ~word{x86::debugctl::btf}; }

}  // namespace umbra::reference
