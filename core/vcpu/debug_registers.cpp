#include "core/vcpu/debug_registers.hpp"

#include "core/x86/debug.hpp"

namespace umbra::vcpu {

namespace {

using namespace x86;

flag is_dr7(word number) { return both(number >= word{4}, has(number, 1)); }
flag is_dr6(word number) { return both(number >= word{4}, negate(has(number, 1))); }

}  // namespace

debug_move may_move_debug(const register_set& r, word number, flag extensions, flag privileged) {
  if (both(extensions, (number & word{6}) == word{4})) return debug_move::undefined;
  if (!privileged) return debug_move::refused;
  if (has(r.dr7, dr7::gd)) return debug_move::guarded;
  return debug_move::done;
}

word read_debug(const register_set& r, word number) {
  word value = select(is_dr7(number), r.dr7, r.dr6);
  for (unsigned n = 0; n < r.breakpoint.size(); ++n) value = select(number == word{n}, r.breakpoint[n], value);
  return value;
}

bool write_debug(register_set& r, word number, word value) {
  if (both(number >= word{4}, (value >> 32) != word{0})) return false;
  for (unsigned n = 0; n < r.breakpoint.size(); ++n) {
    r.breakpoint[n] = select(number == word{n}, value, r.breakpoint[n]);
  }
  r.dr6 = select(is_dr6(number), (value & word{dr6::writable}) | word{dr6::ones}, r.dr6);
  r.dr7 = select(is_dr7(number), (value & word{dr7::writable}) | word{dr7::ones}, r.dr7);
  return true;
}

}  // namespace umbra::vcpu
