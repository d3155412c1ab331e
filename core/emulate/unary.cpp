// INC, DEC, NOT, NEG.

#include "core/emulate/addition.hpp"
#include "core/emulate/families.hpp"

namespace umbra::emulate {

bool execute_unary(execution& x) {
  using namespace x86;
  const operand& to = x[0];
  word a;
  if (!x.modify(to, a)) return false;
  computed c;
  word affected{rflags::status};
  switch (static_cast<unary_kind>(x.insn.what->kind)) {
    case unary_kind::inc:
      c = add(a, word{1}, word{0}, to.bytes);
      affected = word{rflags::status & ~rflags::cf};
      break;
    case unary_kind::dec:
      c = subtract(a, word{1}, word{0}, to.bytes);
      affected = word{rflags::status & ~rflags::cf};
      break;
    case unary_kind::not_:
      c.value = truncate(~a, to.bytes);
      affected = word{0};
      break;
    case unary_kind::neg:
      c = subtract(word{0}, a, word{0}, to.bytes);
      break;
  }
  x.set_flags(affected, c.status);
  return x.write(to, c.value, x.insn.lock);
}

}  // namespace umbra::emulate
