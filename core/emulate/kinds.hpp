// The instructions of each family. Orders that an encoding gives (ModRM.reg, opcode bits) are kept.
#pragma once

#include "core/emulate/shifts.hpp"

namespace umbra::emulate {

enum class arithmetic_kind : unsigned char { add, or_, adc, sbb, and_, sub, xor_, cmp, test };
enum class unary_kind : unsigned char { inc, dec, not_, neg };
enum class multiply_kind : unsigned char { mul, imul, div, idiv, imul_truncating };
enum class double_shift_kind : unsigned char { left, right };
enum class decimal_kind : unsigned char { daa, das, aaa, aas, aam, aad };
enum class move_kind : unsigned char { mov, lea, bswap, xlat };
enum class extend_kind : unsigned char { movzx, movsx, cbw, cwd };
enum class exchange_kind : unsigned char { xchg, xadd, cmpxchg, cmpxchg_pair };
/// Condition codes are the low four bits of the kind.
enum class condition_kind : unsigned char { jump = 0x00, set = 0x10, move = 0x20 };
enum class bit_test_kind : unsigned char { bt, bts, btr, btc };
enum class bit_scan_kind : unsigned char { forward, reverse };
enum class stack_kind : unsigned char { push, pop, pusha, popa, pushf, popf, enter, leave };
enum class string_kind : unsigned char { movs, cmps, stos, lods, scas };
enum class port_kind : unsigned char { in, out, ins, outs };
enum class branch_kind : unsigned char { jump, call, ret, jump_to, call_to, loopne, loope, loop, jcxz };
enum class far_kind : unsigned char { jump, call, ret, iret };
enum class interrupt_kind : unsigned char { number, breakpoint, debug, overflow, bound };
enum class flags_kind : unsigned char { clc, stc, cmc, cld, std, cli, sti, lahf, sahf, clac, stac };
enum class system_kind : unsigned char {
  from_control,
  to_control,
  from_debug,
  to_debug,
  smsw,
  lmsw,
  clts,
  invlpg,
  hlt,
  sgdt,
  sidt,
  lgdt,
  lidt,
  sldt,
  str,
  lldt,
  ltr,
  arpl,
};
enum class segment_kind : unsigned char { store, load, les, lds, lss, lfs, lgs };
/// Instructions with VM exits of their own: their handlers execute them.
enum class service : unsigned char {
  cpuid,
  rdmsr,
  wrmsr,
  rdtsc,
  rdtscp,
  rdpmc,
  invd,
  wbinvd,
  monitor,
  mwait,
  xsetbv,
  vmcall,
  vmx,
};
enum class nothing_kind : unsigned char {
  nop,
  nop_or_xchg,  ///< 90, which REX.B makes an exchange with R8
};
/// What the family `prefix` holds: bytes that come before the opcode proper.
enum class prefix_kind : unsigned char { es, cs, ss, ds, fs, gs, operand_size, address_size, lock, repne, rep, escape };

}  // namespace umbra::emulate
