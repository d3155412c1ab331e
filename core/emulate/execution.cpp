#include "core/emulate/execution.hpp"

#include "core/emulate/width.hpp"

namespace umbra::emulate {

execution::execution(const instruction& i, const environment& e, outside& m, vcpu::register_set& n)
    : insn(i), env(e), mem(m), now(n) {
  now = m.cpu().state();
  now.general.rip = now.general.rip + word{i.length};
  if (!e.is64()) now.general.rip = truncate(now.general.rip, 4);
  now.blocking = now.blocking & word{~x86::interruptibility::shadow};
}

bool execution::stop(verdict v) {
  mem.stopped.next = v;
  mem.stopped.length = insn.length;
  return false;
}

vcpu::segment_name execution::segment_of(const operand& o) {
  using enum vcpu::segment_name;
  for (const vcpu::segment_name n : {es, cs, ss, ds, fs}) {
    if (o.value == word{static_cast<unsigned>(n)}) return n;
  }
  return gs;
}

word execution::writable_flags() const {
  using namespace x86;
  constexpr std::uint64_t always = rflags::status | rflags::tf | rflags::df | rflags::nt | rflags::ac | rflags::id;
  return word{always} | when(env.cpl <= env.iopl, rflags::interrupt) | when(env.cpl == word{0}, rflags::iopl);
}

word execution::general(unsigned number, unsigned bytes) const {
  return truncate(now.general.get(word{number}), bytes);
}

void execution::set_general(word number, word value, unsigned bytes) {
  now.general.set(number, bytes >= 4 ? truncate(value, bytes) : merge(now.general.get(number), value, bytes));
}

word execution::general_of(const operand& o) const {
  const word whole = now.general.get(select(o.high, o.value - 4, o.value));
  return truncate(whole >> select(o.high, word{8}, word{0}), o.bytes);
}

word execution::offset() const {
  const memory_operand& m = insn.memory;
  word sum = m.displacement + displaced_;
  if (m.has_base) sum = sum + now.general.get(m.base);
  if (m.has_index) sum = sum + (now.general.get(m.index) << m.scale);
  if (m.rip_relative) sum = sum + now.general.rip;
  return truncate(sum, insn.address_bytes);
}

bool execution::find(const operand& o, outside::intent how, extent& out) {
  return mem.find(insn.memory.segment, offset(), o.bytes, how, out);
}

bool execution::read(const operand& o, word& value) {
  extent where;
  switch (o.kind) {
    case operand_kind::general:
      value = general_of(o);
      return true;
    case operand_kind::immediate:
      value = truncate(o.value, o.bytes);
      return true;
    case operand_kind::memory:
      return find(o, outside::intent::read, where) && mem.read(where, value);
    default:
      UMBRA_ASSERT(false);
      return true;
  }
}

bool execution::modify(const operand& o, word& value) {
  if (o.kind != operand_kind::memory) return read(o, value);
  targeted_ = true;
  if (!find(o, outside::intent::write, target_) || !mem.read(target_, value)) return false;
  expected_ = value;
  return true;
}

bool execution::write(const operand& o, word value, bool lock) {
  if (o.kind == operand_kind::general) {
    if (o.high) {
      now.general.set(o.value - 4,
                      (now.general.get(o.value - 4) & word{~std::uint64_t{0xff00}}) | (truncate(value, 1) << 8));
    } else {
      set_general(o.value, value, o.bytes);
    }
    return true;
  }
  UMBRA_ASSERT(o.kind == operand_kind::memory);
  if (!targeted_ && !find(o, outside::intent::write, target_)) return false;
  if (lock) {
    mem.exchange(target_, expected_, value);
  } else {
    mem.write(target_, value);
  }
  return true;
}

bool execution::read_far(word& selector, word& to) {
  const word where = offset(), behind = truncate(where + insn.operand_bytes, insn.address_bytes);
  const vcpu::segment_name s = insn.memory.segment;
  extent e;
  if (!mem.find(s, where, insn.operand_bytes, outside::intent::read, e) || !mem.read(e, to)) return false;
  return mem.find(s, behind, 2, outside::intent::read, e) && mem.read(e, selector);
}

bool execution::jump(word target) {
  const word to = truncate(target, insn.operand_bytes);
  if (!mem.check_target(to)) return false;
  now.general.rip = to;
  return true;
}

void execution::set_stack(word offset) { set_general(word{vcpu::general::rsp}, offset, env.stack_bytes); }

bool execution::push(word value, unsigned bytes) {
  extent where;
  move_stack(word{0} - word{bytes});
  if (!mem.find(vcpu::segment_name::ss, stack_offset(), bytes, outside::intent::write, where)) return false;
  mem.write(where, value);
  return true;
}

bool execution::pop(word& value, unsigned bytes) {
  extent where;
  if (!mem.find(vcpu::segment_name::ss, stack_offset(), bytes, outside::intent::read, where)) return false;
  if (!mem.read(where, value)) return false;
  move_stack(word{bytes});
  return true;
}

flag condition_holds(unsigned code, word f) {
  using namespace x86;
  const flag less = has(f, rflags::sf) != has(f, rflags::of);
  flag holds{};
  switch (code >> 1) {
    case 0:
      holds = has(f, rflags::of);
      break;
    case 1:
      holds = has(f, rflags::cf);
      break;
    case 2:
      holds = has(f, rflags::zf);
      break;
    case 3:
      holds = has(f, rflags::cf | rflags::zf);
      break;
    case 4:
      holds = has(f, rflags::sf);
      break;
    case 5:
      holds = has(f, rflags::pf);
      break;
    case 6:
      holds = less;
      break;
    default:
      holds = either(has(f, rflags::zf), less);
      break;
  }
  return holds != flag{(code & 1) != 0};
}

}  // namespace umbra::emulate
