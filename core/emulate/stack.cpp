// PUSH, POP, PUSHA, POPA, PUSHF, POPF, ENTER, LEAVE.

#include "core/emulate/descriptors.hpp"
#include "core/emulate/families.hpp"
#include "core/emulate/width.hpp"

namespace umbra::emulate {

namespace {

using namespace x86;
using vcpu::segment_name;
using vcpu::general::rsp, vcpu::general::rbp;

bool push(execution& x) {
  word value;
  if (x[0].kind == operand_kind::segment) {
    value = x.now.segments[execution::segment_of(x[0])].selector;
  } else if (!x.read(x[0], value)) {
    return false;
  }
  return x.push(value, x.insn.operand_bytes);
}

bool pop(execution& x) {
  word value;
  if (!x.pop(value, x.insn.operand_bytes)) return false;
  if (x[0].kind == operand_kind::segment) {
    const segment_name to = execution::segment_of(x[0]);
    if (to == segment_name::ss) x.now.blocking = x.now.blocking | word{interruptibility::by_mov_ss};
    return load_segment(x, to, truncate(value, 2));
  }
  return x.write(x[0], value);  // its address is computed with the new rSP (SDM 2B, "POP")
}

bool push_all(execution& x) {
  const word before = x.general(rsp, x.insn.operand_bytes);
  for (unsigned n = 0; n < 8; ++n) {
    if (!x.push(n == rsp ? before : x.general(n, x.insn.operand_bytes), x.insn.operand_bytes)) return false;
  }
  return true;
}

bool pop_all(execution& x) {
  for (unsigned n = 8; n-- > 0;) {
    word value;
    if (!x.pop(value, x.insn.operand_bytes)) return false;
    if (n != rsp) x.set_general(word{n}, value, x.insn.operand_bytes);
  }
  return true;
}

/// In virtual-8086 mode the flags' image is the monitor's unless IOPL is 3 (SDM 2B, "PUSHF"; 20.2.7).
bool flags_sensitive(execution& x) {
  if (x.env.mode != cpu_mode::virtual8086 || x.env.iopl == word{3}) return true;
  if (has(x.cpu().registers().cr4(), cr4::vme)) return x.stop(verdict::unsupported);
  return x.refuse();
}

bool push_flags(execution& x) {
  if (!flags_sensitive(x)) return false;
  return x.push(x.now.general.rflags & word{~(rflags::vm | rflags::rf)}, x.insn.operand_bytes);
}

bool pop_flags(execution& x) {
  word value;
  if (!flags_sensitive(x) || !x.pop(value, x.insn.operand_bytes)) return false;
  x.set_flags(truncate(x.writable_flags(), x.insn.operand_bytes), value);
  return true;
}

/// SDM 2A, "ENTER". Old frames are read through rBP, which counts down. What it becomes has the size of the operand.
bool enter(execution& x) {
  const unsigned bytes = x.insn.operand_bytes, stack = x.env.stack_bytes;
  const word size = truncate(x[0].value, 2), level = x[1].value & word{31};
  if (!x.push(x.general(rbp, bytes), bytes)) return false;
  const word frame = x.now.general.get(word{rsp});
  word from = x.general(rbp, stack);
  for (unsigned n = 1; word{n} < level; ++n) {
    from = truncate(from - bytes, stack);
    extent where;
    word value;
    if (!x.mem.find(segment_name::ss, from, bytes, outside::intent::read, where) || !x.mem.read(where, value))
      return false;
    if (!x.push(value, bytes)) return false;
  }
  if (level != word{0} && !x.push(frame, bytes)) return false;
  x.set_general(word{rbp}, frame, x.env.is64() ? 8 : bytes);
  x.move_stack(word{0} - size);
  // The new top must be writable, so that the next push will not fail.
  extent top;
  return x.mem.find(segment_name::ss, x.stack_offset(), bytes, outside::intent::write, top, 1);
}

bool leave(execution& x) {
  word value;
  x.set_stack(x.general(rbp, x.env.stack_bytes));
  if (!x.pop(value, x.insn.operand_bytes)) return false;
  x.set_general(word{rbp}, value, x.insn.operand_bytes);
  return true;
}

}  // namespace

bool execute_stack(execution& x) {
  switch (static_cast<stack_kind>(x.insn.what->kind)) {
    case stack_kind::push:
      return push(x);
    case stack_kind::pop:
      return pop(x);
    case stack_kind::pusha:
      return push_all(x);
    case stack_kind::popa:
      return pop_all(x);
    case stack_kind::pushf:
      return push_flags(x);
    case stack_kind::popf:
      return pop_flags(x);
    case stack_kind::enter:
      return enter(x);
    case stack_kind::leave:
      return leave(x);
  }
  return true;
}

}  // namespace umbra::emulate
