// Near JMP, CALL, RET; LOOP and JCXZ with their like.

#include "core/emulate/families.hpp"
#include "core/emulate/width.hpp"

namespace umbra::emulate {

namespace {

using vcpu::general::rcx;

bool call(execution& x, word target) {
  const word back = x.now.general.rip;
  return x.jump(target) && x.push(back, x.insn.operand_bytes);
}

bool ret(execution& x) {
  word target;
  if (!x.pop(target, x.insn.operand_bytes) || !x.jump(target)) return false;
  x.move_stack(truncate(x[0].value, 2));  // 0 for the form without a number
  return true;
}

/// LOOP counts rCX down, by the address size; JCXZ only looks at it.
bool loop(execution& x, branch_kind kind) {
  using namespace x86;
  const unsigned bytes = x.insn.address_bytes;
  const word count = x.general(rcx, bytes);
  flag taken = count == word{0};
  if (kind != branch_kind::jcxz) {
    const word left = truncate(count - 1, bytes);
    x.set_general(word{rcx}, left, bytes);
    taken = left != word{0};
    if (kind == branch_kind::loope) taken = both(taken, x.flag_set(rflags::zf));
    if (kind == branch_kind::loopne) taken = both(taken, negate(x.flag_set(rflags::zf)));
  }
  if (!taken) return true;
  return x.jump(x.now.general.rip + x[0].value);
}

}  // namespace

bool execute_branch(execution& x) {
  const auto kind = static_cast<branch_kind>(x.insn.what->kind);
  word target;
  switch (kind) {
    case branch_kind::jump:
      return x.jump(x.now.general.rip + x[0].value);
    case branch_kind::call:
      return call(x, x.now.general.rip + x[0].value);
    case branch_kind::jump_to:
      return x.read(x[0], target) && x.jump(target);
    case branch_kind::call_to:
      return x.read(x[0], target) && call(x, target);
    case branch_kind::ret:
      return ret(x);
    default:
      return loop(x, kind);
  }
}

}  // namespace umbra::emulate
