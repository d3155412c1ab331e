// BT, BTS, BTR, BTC; BSF, BSR.

#include "core/emulate/families.hpp"
#include "core/emulate/width.hpp"
#include "core/vcpu/highest_bit.hpp"

namespace umbra::emulate {

bool execute_bit_test(execution& x) {
  using namespace x86;
  const auto kind = static_cast<bit_test_kind>(x.insn.what->kind);
  const unsigned bytes = x[0].bytes;
  const bool writes = kind != bit_test_kind::bt, in_memory = x[0].kind == operand_kind::memory;
  word index, value;
  if (!x.read(x[1], index)) return false;
  const word bit = word{1} << (index & word{8 * bytes - 1});
  if (in_memory && x[1].kind == operand_kind::general) {
    // The index is signed and reaches beyond the operand (SDM 2A, "BT"): take the unit that holds the bit.
    const word units = sign_extend(index, bytes) & ~word{8 * bytes - 1};
    x.displace((units >> 3) | select(negative(units, 8), word{std::uint64_t{7} << 61}, word{0}));
  }
  if (!(writes ? x.modify(x[0], value) : x.read(x[0], value))) return false;
  x.set_flags(word{rflags::cf}, when((value & bit) != word{0}, rflags::cf));
  switch (kind) {
    case bit_test_kind::bt:
      return true;
    case bit_test_kind::bts:
      return x.write(x[0], value | bit, x.insn.lock);
    case bit_test_kind::btr:
      return x.write(x[0], value & ~bit, x.insn.lock);
    case bit_test_kind::btc:
      return x.write(x[0], value ^ bit, x.insn.lock);
  }
  return true;
}

bool execute_bit_scan(execution& x) {
  using namespace x86;
  word value;
  if (!x.read(x[1], value)) return false;
  const flag none = value == word{0};
  x.set_flags(word{rflags::zf}, when(none, rflags::zf));
  const bool forward = static_cast<bit_scan_kind>(x.insn.what->kind) == bit_scan_kind::forward;
  const word found = highest_bit(forward ? value & (word{0} - value) : value);
  // Of 0 the result is undefined; processors leave the register alone.
  if (none) return true;
  return x.write(x[0], found);
}

}  // namespace umbra::emulate
