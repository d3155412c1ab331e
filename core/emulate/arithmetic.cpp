// ADD, OR, ADC, SBB, AND, SUB, XOR, CMP, TEST.

#include "core/emulate/addition.hpp"
#include "core/emulate/families.hpp"

namespace umbra::emulate {

namespace {

computed compute(arithmetic_kind kind, word a, word b, word carry, unsigned bytes) {
  switch (kind) {
    case arithmetic_kind::add:
      return add(a, b, word{0}, bytes);
    case arithmetic_kind::adc:
      return add(a, b, carry, bytes);
    case arithmetic_kind::sbb:
      return subtract(a, b, carry, bytes);
    case arithmetic_kind::sub:
    case arithmetic_kind::cmp:
      return subtract(a, b, word{0}, bytes);
    case arithmetic_kind::or_:
      return logical(a | b, bytes);
    case arithmetic_kind::and_:
    case arithmetic_kind::test:
      return logical(a & b, bytes);
    case arithmetic_kind::xor_:
      return logical(a ^ b, bytes);
  }
  return {};
}

}  // namespace

bool execute_arithmetic(execution& x) {
  const auto kind = static_cast<arithmetic_kind>(x.insn.what->kind);
  const bool writes = kind != arithmetic_kind::cmp && kind != arithmetic_kind::test;
  const operand& to = x[0];
  word a, b;
  if (!x.read(x[1], b)) return false;
  if (!(writes ? x.modify(to, a) : x.read(to, a))) return false;
  const computed c = compute(kind, a, truncate(b, to.bytes), x.carry(), to.bytes);
  x.set_flags(word{x86::rflags::status}, c.status);
  return !writes || x.write(to, c.value, x.insn.lock);
}

}  // namespace umbra::emulate
