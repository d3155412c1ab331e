#include "fuzz/emulator/undefined.hpp"

#include "core/emulate/kinds.hpp"
#include "core/x86/flags.hpp"

namespace umbra::emucheck {

namespace {

using namespace emulate;
using namespace x86::rflags;

bool has(const form& f, encoding e) {
  for (const encoding o : f.what->operands) {
    if (o == e) return true;
  }
  return false;
}

unsigned bytes_of(const form& f, const specimen& s) { return has(f, encoding::Eb) ? 1 : s.operand_bytes; }

/// The count of a shift, masked as the processor does (SDM 2B, "SAL/SAR/SHL/SHR": 5 bits, 6 with REX.W).
unsigned count_of(const form& f, const specimen& s) {
  const unsigned mask = bytes_of(f, s) == 8 ? 0x3f : 0x1f;
  if (has(f, encoding::one)) return 1;
  if (has(f, encoding::CL)) return static_cast<unsigned>(s.before.gpr[1]) & mask;
  return s.code[s.length - 1] & mask;
}

/// SDM 2B, "SAL/SAR/SHL/SHR": AF undefined unless the count is 0; OF for counts above 1; CF of SHL and SHR for counts
/// of at least the size.
undefined_state shift(const form& f, const specimen& s) {
  const unsigned count = count_of(f, s), bits = 8 * bytes_of(f, s);
  const auto kind = static_cast<shift_kind>(f.what->kind);
  if (count == 0) return {};
  if (kind < shift_kind::shl) return {count == 1 ? 0 : of, false};  // "RCL/RCR/ROL/ROR": OF for counts other than 1
  return {af | (count == 1 ? 0 : of) | (count >= bits && kind != shift_kind::sar ? cf : 0), false};
}

/// SDM 2B, "SHLD" and "SHRD": beyond the operand's width everything is undefined.
undefined_state double_shift(const form& f, const specimen& s) {
  const unsigned count = count_of(f, s);
  if (count == 0) return {};
  if (count > 8 * bytes_of(f, s)) return {status, true};
  return {af | (count == 1 ? 0 : of), false};
}

undefined_state multiply(const form& f) {
  const auto kind = static_cast<multiply_kind>(f.what->kind);
  if (kind == multiply_kind::div || kind == multiply_kind::idiv) return {status, false};  // SDM 2A, "DIV", "IDIV"
  return {sf | zf | af | pf, false};                                                      // SDM 2A, "IMUL"; 2B, "MUL"
}

undefined_state decimal(const form& f) {
  switch (static_cast<decimal_kind>(f.what->kind)) {
    case decimal_kind::daa:
    case decimal_kind::das:
      return {of, false};  // SDM 2A, "DAA", "DAS"
    case decimal_kind::aaa:
    case decimal_kind::aas:
      return {of | sf | zf | pf, false};  // SDM 2A, "AAA", "AAS"
    case decimal_kind::aam:
    case decimal_kind::aad:
      return {of | af | cf, false};  // SDM 2A, "AAD", "AAM"
  }
  return {};
}

}  // namespace

undefined_state undefined_after(const form& f, const specimen& s) {
  const unsigned kind = f.what->kind;
  switch (f.what->family) {
    case family::arithmetic:
      // SDM 2A, "AND"; 2B, "OR", "TEST"; 2D, "XOR": AF.
      if (kind == static_cast<unsigned>(arithmetic_kind::and_) || kind == static_cast<unsigned>(arithmetic_kind::or_) ||
          kind == static_cast<unsigned>(arithmetic_kind::xor_) ||
          kind == static_cast<unsigned>(arithmetic_kind::test)) {
        return {af, false};
      }
      return {};
    case family::shift:
      return shift(f, s);
    case family::double_shift:
      return double_shift(f, s);
    case family::multiply:
      return multiply(f);
    case family::decimal:
      return decimal(f);
    case family::bit_test:
      return {of | sf | af | pf, false};  // SDM 2A, "BT" and the others
    case family::bit_scan:
      return {cf | of | sf | af | pf, true};  // SDM 2A, "BSF", "BSR"; the register if the source is 0
    case family::move:
      // SDM 2A, "BSWAP": of a 16-bit register.
      return {0, kind == static_cast<unsigned>(move_kind::bswap) && s.operand_bytes == 2};
    default:
      return {};
  }
}

}  // namespace umbra::emucheck
