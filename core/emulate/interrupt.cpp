// INT n, INT3, INT1, INTO, BOUND.

#include "core/emulate/descriptors.hpp"
#include "core/emulate/families.hpp"
#include "core/emulate/width.hpp"

namespace umbra::emulate {

namespace {

using namespace x86;
using vcpu::segment_name;

/// Real mode: through the table of far pointers at IDTR (SDM volume 3, section 20.1.4).
bool deliver_real(execution& x, word number) {
  const vcpu::descriptor_table idtr = x.now.segments.idtr;
  const word at = number << 2;
  if (at + 3 > idtr.limit) return x.refuse();
  const word back = x.now.general.rip, from = x.now.segments[segment_name::cs].selector;
  extent e;
  word entry;
  if (!x.push(x.now.general.rflags, 2) || !x.push(from, 2) || !x.push(back, 2)) return false;
  if (!x.mem.find_implicit({truncate(idtr.base + at, 4)}, 4, outside::intent::read, e) || !x.mem.read(e, entry))
    return false;
  x.how.traps = false;
  x.set_flags(word{rflags::interrupt | rflags::tf | rflags::rf | rflags::ac}, word{0});
  return load_code(x, transfer::jump, entry >> 16, truncate(entry, 2));
}

bool raise(execution& x, word number, x86::event_type type) {
  if (x.env.mode == cpu_mode::real) return deliver_real(x, number);
  if (x.env.mode == cpu_mode::virtual8086 && type == x86::event_type::software_interrupt && x.env.iopl != word{3}) {
    return has(x.cpu().registers().cr4(), cr4::vme) ? x.stop(verdict::unsupported) : x.refuse();
  }
  x.mem.stopped.number = number;
  x.mem.stopped.type = type;
  return x.stop(verdict::interrupt);
}

/// BOUND: #BR if a signed index is outside the bounds in memory.
bool check_bounds(execution& x) {
  const unsigned bytes = x.insn.operand_bytes;
  const word where = x.offset();
  extent lower, upper;
  word index, low, high;
  const segment_name s = x.insn.memory.segment;
  if (!x.read(x[0], index)) return false;
  if (!x.mem.find(s, where, bytes, outside::intent::read, lower) || !x.mem.read(lower, low)) return false;
  const word above = truncate(where + bytes, x.insn.address_bytes);
  if (!x.mem.find(s, above, bytes, outside::intent::read, upper) || !x.mem.read(upper, high)) return false;
  // Adding the sign bit makes unsigned order of signed order.
  const word sign{sign_of(bytes)};
  const flag outside = either((index ^ sign) < (low ^ sign), (index ^ sign) > (high ^ sign));
  if (outside) return x.fault(exception::bound);
  return true;
}

}  // namespace

bool execute_interrupt(execution& x) {
  switch (static_cast<interrupt_kind>(x.insn.what->kind)) {
    case interrupt_kind::number:
      return raise(x, truncate(x[0].value, 1), x86::event_type::software_interrupt);
    case interrupt_kind::breakpoint:
      return raise(x, word{static_cast<unsigned>(exception::breakpoint)}, x86::event_type::software_exception);
    case interrupt_kind::debug:
      return raise(x, word{static_cast<unsigned>(exception::debug)}, x86::event_type::privileged_exception);
    case interrupt_kind::overflow:
      if (!x.flag_set(rflags::of)) return true;
      return raise(x, word{static_cast<unsigned>(exception::overflow)}, x86::event_type::software_exception);
    case interrupt_kind::bound:
      return check_bounds(x);
  }
  return true;
}

}  // namespace umbra::emulate
