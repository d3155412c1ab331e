// DAA, DAS, AAA, AAS, AAM, AAD (SDM 2A). Flags that are undefined are those of the result, or clear.

#include "core/emulate/families.hpp"
#include "core/emulate/status.hpp"
#include "core/emulate/wide.hpp"

namespace umbra::emulate {

namespace {

using namespace x86;
using vcpu::general::rax;

/// DAA and DAS: two packed digits.
void adjust_packed(execution& x, bool subtracts) {
  const word al = x.general(rax, 1);
  const flag low = either((al & word{0xf}) > word{9}, x.flag_set(rflags::af));
  const flag high = either(al > word{0x99}, x.flag_set(rflags::cf));
  const word by = when(low, 6) + when(high, 0x60);
  const word fresh = truncate(subtracts ? al - by : al + by, 1);
  // DAS alone reports the borrow of its first step (SDM 2A, "DAS").
  const flag borrow = subtracts ? both(low, al < word{6}) : flag{false};
  x.set_general(word{rax}, fresh, 1);
  x.set_flags(word{rflags::status},
              when(low, rflags::af) | when(either(high, borrow), rflags::cf) | sign_zero_parity(fresh, 1));
}

/// AAA and AAS: one unpacked digit in AL, the carry goes to AH.
void adjust_unpacked(execution& x, bool subtracts) {
  const word ax = x.general(rax, 2);
  const flag adjust = either((ax & word{0xf}) > word{9}, x.flag_set(rflags::af));
  const word by = when(adjust, 0x106);
  const word fresh = (subtracts ? ax - by : ax + by) & word{0xff0f};
  x.set_general(word{rax}, fresh, 2);
  x.set_flags(word{rflags::status}, when(adjust, rflags::af | rflags::cf) | sign_zero_parity(fresh, 1));
}

bool divide_digits(execution& x, word base) {
  if (base == word{0}) return x.fault(exception::divide);
  const quotient q = divide({word{0}, x.general(rax, 1)}, base);
  x.set_general(word{rax}, (q.value << 8) | q.remainder, 2);
  x.set_flags(word{rflags::status}, sign_zero_parity(q.remainder, 1));
  return true;
}

bool join_digits(execution& x, word base) {
  const word ax = x.general(rax, 2);
  const word al = truncate(ax + (ax >> 8) * base, 1);
  x.set_general(word{rax}, al, 2);
  x.set_flags(word{rflags::status}, sign_zero_parity(al, 1));
  return true;
}

}  // namespace

bool execute_decimal(execution& x) {
  const word base = truncate(x[0].value, 1);
  switch (static_cast<decimal_kind>(x.insn.what->kind)) {
    case decimal_kind::daa:
      adjust_packed(x, false);
      return true;
    case decimal_kind::das:
      adjust_packed(x, true);
      return true;
    case decimal_kind::aaa:
      adjust_unpacked(x, false);
      return true;
    case decimal_kind::aas:
      adjust_unpacked(x, true);
      return true;
    case decimal_kind::aam:
      return divide_digits(x, base);
    case decimal_kind::aad:
      return join_digits(x, base);
  }
  return true;
}

}  // namespace umbra::emulate
