// Far JMP, CALL, RET; IRET of real mode.

#include "core/emulate/descriptors.hpp"
#include "core/emulate/families.hpp"
#include "core/emulate/width.hpp"

namespace umbra::emulate {

namespace {

using namespace x86;
using vcpu::segment_name;

bool read_target(execution& x, word& selector, word& offset) {
  if (x[0].kind == operand_kind::memory) return x.read_far(selector, offset);
  selector = x[0].selector;
  offset = x[0].value;
  return true;
}

bool call(execution& x) {
  const unsigned bytes = x.insn.operand_bytes;
  const word back = x.now.general.rip, from = x.now.segments[segment_name::cs].selector;
  word selector, offset;
  // The target comes first: marking its descriptor may fail, and must then be the first thing that the instruction
  // does.
  return read_target(x, selector, offset) && load_code(x, transfer::call, selector, offset) && x.push(from, bytes) &&
         x.push(back, bytes);
}

bool ret(execution& x) {
  const unsigned bytes = x.insn.operand_bytes;
  word selector, offset;
  if (!x.pop(offset, bytes) || !x.pop(selector, bytes)) return false;
  if (!load_code(x, transfer::ret, truncate(selector, 2), offset)) return false;
  x.move_stack(truncate(x[0].value, 2));
  return true;
}

/// SDM 2A, "IRET", real-address mode and virtual-8086 mode with IOPL 3.
bool interrupt_return(execution& x) {
  if (!x.env.flat_selectors()) return x.stop(verdict::unsupported);
  if (x.env.mode == cpu_mode::virtual8086 && x.env.iopl != word{3}) {
    return has(x.cpu().registers().cr4(), cr4::vme) ? x.stop(verdict::unsupported) : x.refuse();
  }
  const unsigned bytes = x.insn.operand_bytes;
  word selector, offset, flags;
  if (!x.pop(offset, bytes) || !x.pop(selector, bytes) || !x.pop(flags, bytes)) return false;
  if (!load_code(x, transfer::ret, truncate(selector, 2), offset)) return false;
  x.set_flags(truncate(x.writable_flags() | word{rflags::rf}, bytes), flags);
  x.how.resume_flag = true;
  x.now.blocking = x.now.blocking & word{~interruptibility::by_nmi};
  return true;
}

}  // namespace

bool execute_far_branch(execution& x) {
  word selector, offset;
  switch (static_cast<far_kind>(x.insn.what->kind)) {
    case far_kind::jump:
      return read_target(x, selector, offset) && load_code(x, transfer::jump, selector, offset);
    case far_kind::call:
      return call(x);
    case far_kind::ret:
      return ret(x);
    case far_kind::iret:
      return interrupt_return(x);
  }
  return true;
}

}  // namespace umbra::emulate
