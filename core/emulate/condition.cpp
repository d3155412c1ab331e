// Jcc, SETcc, CMOVcc.

#include "core/emulate/families.hpp"

namespace umbra::emulate {

bool execute_condition(execution& x) {
  const unsigned kind = x.insn.what->kind;
  const flag holds = condition_holds(kind & 0xf, x.now.general.rflags);
  switch (static_cast<condition_kind>(kind & 0xf0)) {
    case condition_kind::jump:
      if (!holds) return true;
      return x.jump(x.now.general.rip + x[0].value);
    case condition_kind::set:
      return x.write(x[0], when(holds, 1));
    case condition_kind::move: {
      // The source is read, and a register of 4 bytes loses its upper half, whether the condition holds or not.
      word from, to;
      return x.read(x[1], from) && x.read(x[0], to) && x.write(x[0], select(holds, from, to));
    }
  }
  return true;
}

}  // namespace umbra::emulate
