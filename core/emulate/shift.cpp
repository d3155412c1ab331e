// ROL, ROR, RCL, RCR, SHL, SHR, SAR; SHLD, SHRD.

#include "core/emulate/families.hpp"
#include "core/emulate/shifts.hpp"

namespace umbra::emulate {

namespace {

word masked_count(word count, unsigned bytes) { return count & word{bytes == 8 ? 0x3fu : 0x1fu}; }

/// Writes what was computed; with a count of 0 the old value, and no flag.
bool finish(execution& x, word old, word count, const computed& c, word affected) {
  const flag still = count == word{0};
  x.set_flags(select(still, word{0}, affected), c.status);
  return x.write(x[0], select(still, old, c.value));
}

}  // namespace

bool execute_shift(execution& x) {
  const auto kind = static_cast<shift_kind>(x.insn.what->kind);
  word a, count;
  if (!x.read(x[1], count) || !x.modify(x[0], a)) return false;
  count = masked_count(count, x[0].bytes);
  return finish(x, a, count, shift(kind, a, select(count == word{0}, word{1}, count), x.carry(), x[0].bytes),
                status_of(kind));
}

bool execute_double_shift(execution& x) {
  word a, from, count;
  if (!x.read(x[1], from) || !x.read(x[2], count) || !x.modify(x[0], a)) return false;
  count = masked_count(count, x[0].bytes);
  const word by = select(count == word{0}, word{1}, count);
  const computed c = static_cast<double_shift_kind>(x.insn.what->kind) == double_shift_kind::left
                         ? shift_left_double(a, from, by, x[0].bytes)
                         : shift_right_double(a, from, by, x[0].bytes);
  return finish(x, a, count, c, word{x86::rflags::status});
}

}  // namespace umbra::emulate
