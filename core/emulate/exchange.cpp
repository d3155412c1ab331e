// XCHG, XADD, CMPXCHG, CMPXCHG8B, CMPXCHG16B.

#include "core/emulate/addition.hpp"
#include "core/emulate/families.hpp"

namespace umbra::emulate {

namespace {

using namespace x86;
using vcpu::general::rax, vcpu::general::rcx, vcpu::general::rdx, vcpu::general::rbx;

/// XCHG with memory locks by itself (SDM 2D, "XCHG").
bool swap(execution& x) {
  word a, b;
  if (!x.read(x[1], b) || !x.modify(x[0], a)) return false;
  return x.write(x[0], b, true) && x.write(x[1], a);
}

bool add_and_swap(execution& x) {
  word a, b;
  if (!x.read(x[1], b) || !x.modify(x[0], a)) return false;
  const computed sum = add(a, b, word{0}, x[0].bytes);
  x.set_flags(word{rflags::status}, sum.status);
  // In this order: of a register exchanged with itself, the sum remains.
  return x.write(x[1], a) && x.write(x[0], sum.value, x.insn.lock);
}

/// A register that gets a value only if not `keep`.
void keep_or_set(execution& x, flag keep, unsigned number, word value, unsigned bytes) {
  const word before = x.now.general.get(word{number});
  x.set_general(word{number}, value, bytes);
  x.now.general.set(word{number}, select(keep, before, x.now.general.get(word{number})));
}

bool compare_and_swap(execution& x) {
  const unsigned bytes = x[0].bytes;
  word a, b;
  if (!x.read(x[1], b) || !x.modify(x[0], a)) return false;
  const word accumulator = x.general(rax, bytes);
  const computed difference = subtract(accumulator, a, word{0}, bytes);
  const flag equal = difference.value == word{0};
  x.set_flags(word{rflags::status}, difference.status);
  keep_or_set(x, equal, rax, a, bytes);
  // Memory is written in any case (SDM 2A, "CMPXCHG"). Of a register of 4 bytes, whose upper half a write would clear,
  // processors leave all bits alone on a mismatch.
  if (x[0].kind == operand_kind::general && !equal) return true;
  return x.write(x[0], select(equal, b, a), x.insn.lock);
}

/// CMPXCHG8B and, with REX.W, CMPXCHG16B: EDX:EAX or RDX:RAX with memory of twice that size.
bool compare_and_swap_pair(execution& x) {
  const unsigned half = x.insn.operand_bytes == 8 ? 8 : 4;
  const word where = x.offset();
  extent all;
  mmu::word_pair held;
  if (half == 8) {
    gva linear;
    if (!x.mem.check(x.insn.memory.segment, where, 16, outside::intent::write, linear)) return false;
    if (has(linear.value, 15)) return x.refuse();
  }
  if (!x.mem.find(x.insn.memory.segment, where, 2 * half, outside::intent::write, all)) return false;
  if (half == 8) {
    if (!x.mem.read(part_of(all, 0, 8), held.low) || !x.mem.read(part_of(all, 8, 8), held.high)) return false;
  } else {
    word whole;
    if (!x.mem.read(all, whole)) return false;
    held = {truncate(whole, 4), whole >> 32};
  }
  const flag equal = both(held.low == x.general(rax, half), held.high == x.general(rdx, half));
  const mmu::word_pair fresh{select(equal, x.general(rbx, half), held.low),
                             select(equal, x.general(rcx, half), held.high)};
  x.set_flags(word{rflags::zf}, when(equal, rflags::zf));
  keep_or_set(x, equal, rax, held.low, half);
  keep_or_set(x, equal, rdx, held.high, half);
  if (half == 8) {
    if (x.insn.lock) {
      x.mem.exchange(all, held, fresh);
    } else {
      x.mem.write(part_of(all, 0, 8), fresh.low);
      x.mem.write(part_of(all, 8, 8), fresh.high);
    }
    return true;
  }
  const word now = held.low | (held.high << 32), next = fresh.low | (fresh.high << 32);
  if (x.insn.lock) {
    x.mem.exchange(all, now, next);
  } else {
    x.mem.write(all, next);
  }
  return true;
}

}  // namespace

bool execute_exchange(execution& x) {
  switch (static_cast<exchange_kind>(x.insn.what->kind)) {
    case exchange_kind::xchg:
      return swap(x);
    case exchange_kind::xadd:
      return add_and_swap(x);
    case exchange_kind::cmpxchg:
      return compare_and_swap(x);
    case exchange_kind::cmpxchg_pair:
      return compare_and_swap_pair(x);
  }
  return true;
}

}  // namespace umbra::emulate
