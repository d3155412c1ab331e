// MUL, IMUL, DIV, IDIV (SDM 2A). Undefined flags stay as they were.

#include "core/emulate/families.hpp"
#include "core/emulate/wide.hpp"
#include "core/emulate/width.hpp"

namespace umbra::emulate {

namespace {

using vcpu::general::rax, vcpu::general::rdx;

void set_overflow(execution& x, flag overflow) {
  using namespace x86;
  x.set_flags(word{rflags::cf | rflags::of}, when(overflow, rflags::cf | rflags::of));
}

/// The double-width accumulator: AX, DX:AX, EDX:EAX or RDX:RAX.
void set_accumulator(execution& x, word high, word low, unsigned bytes) {
  if (bytes == 1) {
    x.set_general(word{rax}, (high << 8) | truncate(low, 1), 2);
    return;
  }
  x.set_general(word{rax}, low, bytes);
  x.set_general(word{rdx}, high, bytes);
}

bool multiply_accumulator(execution& x, word by, bool is_signed, unsigned bytes) {
  const word a = x.general(rax, bytes);
  const wide product = is_signed ? multiply_signed(sign_extend(a, bytes), sign_extend(by, bytes)) : multiply(a, by);
  const word low = truncate(product.low, bytes);
  const word high = bytes == 8 ? product.high : truncate(product.low >> (8 * bytes), bytes);
  const word insignificant = is_signed && bytes != 8 ? truncate(sign_extend(low, bytes) >> (8 * bytes), bytes)
                             : is_signed             ? select(negative(low, 8), ~word{0}, word{0})
                                                     : word{0};
  set_accumulator(x, high, low, bytes);
  set_overflow(x, high != insignificant);
  return true;
}

bool multiply_truncating(execution& x, word a, word b, unsigned bytes) {
  const wide product = multiply_signed(sign_extend(a, bytes), sign_extend(b, bytes));
  const word low = truncate(product.low, bytes), extended = sign_extend(low, bytes);
  const word above = select(negative(extended, 8), ~word{0}, word{0});
  set_overflow(x, either(product.low != extended, product.high != above));
  return x.write(x[0], low);
}

/// The dividend, extended to 128 bits.
wide dividend(const execution& x, bool is_signed, unsigned bytes) {
  if (bytes == 8) return {x.general(rdx, 8), x.general(rax, 8)};
  const word value = bytes == 1 ? x.general(rax, 2) : (x.general(rdx, bytes) << (8 * bytes)) | x.general(rax, bytes);
  if (!is_signed) return {word{0}, value};
  const word extended = sign_extend(value, 2 * bytes);
  return {select(negative(extended, 8), ~word{0}, word{0}), extended};
}

bool divide_accumulator(execution& x, word by, bool is_signed, unsigned bytes) {
  const wide n = dividend(x, is_signed, bytes);
  const quotient q = is_signed ? divide_signed(n, sign_extend(by, bytes)) : divide(n, by);
  const word value = truncate(q.value, bytes), remainder = truncate(q.remainder, bytes);
  const flag fits = is_signed ? sign_extend(value, bytes) == q.value : value == q.value;
  if (either(q.overflow, negate(fits))) return x.fault(x86::exception::divide);
  set_accumulator(x, remainder, value, bytes);
  return true;
}

}  // namespace

bool execute_multiply(execution& x) {
  const auto kind = static_cast<multiply_kind>(x.insn.what->kind);
  const operand& by = x[1];
  word b;
  if (!x.read(by, b)) return false;
  switch (kind) {
    case multiply_kind::mul:
      return multiply_accumulator(x, b, false, by.bytes);
    case multiply_kind::imul:
      return multiply_accumulator(x, b, true, by.bytes);
    case multiply_kind::div:
      return divide_accumulator(x, b, false, by.bytes);
    case multiply_kind::idiv:
      return divide_accumulator(x, b, true, by.bytes);
    case multiply_kind::imul_truncating:
      break;
  }
  // IMUL of two operands multiplies the first one; of three, it multiplies the second by the third.
  word a;
  if (!x.read(x[2].kind == operand_kind::none ? x[0] : x[2], a)) return false;
  return multiply_truncating(x, a, b, by.bytes);
}

}  // namespace umbra::emulate
