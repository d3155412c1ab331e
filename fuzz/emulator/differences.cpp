#include "fuzz/emulator/differences.hpp"

#include "core/emulate/kinds.hpp"
#include "core/x86/exception.hpp"

namespace umbra::emucheck {

namespace {

using namespace emulate;

template <class Kind>
bool is(const form& f, family wanted, Kind kind) {
  return f.what->family == wanted && f.what->kind == static_cast<unsigned>(kind);
}

bool has_operand(const form& f, encoding e) {
  for (const encoding o : f.what->operands) {
    if (o == e) return true;
  }
  return false;
}

bool prefixed(const specimen& s, std::uint8_t byte) {
  for (unsigned n = 0; n + 1 < s.length; ++n) {
    if (s.code[n] == byte) return true;
    if (s.code[n] == 0x0f) return false;
  }
  return false;
}

bool they_see_undefined(const comparison& c) {
  return c.theirs.kind == outcome_kind::fault && c.theirs.vector == static_cast<unsigned>(x86::exception::undefined);
}

/// The REX prefix of an opcode of one byte that has no operands in ModRM, or 0.
std::uint8_t rex_of(const specimen& s) { return s.bits == 64 && s.length > 1 ? s.code[s.length - 2] : 0; }

bool is_prefix(std::uint8_t byte) {
  static constexpr std::uint8_t all[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3};
  for (const std::uint8_t p : all) {
    if (byte == p) return true;
  }
  return false;
}

bool rex_before_prefix(const specimen& s) {
  bool rex = false;
  for (unsigned n = 0; n < s.length; ++n) {
    if ((s.code[n] & 0xf0) == 0x40) {
      rex = true;
    } else if (is_prefix(s.code[n])) {
      if (rex) return true;
    } else {
      return false;
    }
  }
  return false;
}

/// ModRM of a form that has it, after prefixes, REX and the opcode.
std::uint8_t modrm_of(const form& f, const specimen& s) {
  unsigned n = 0;
  while (s.code[n] != f.byte || (f.escaped && (n == 0 || s.code[n - 1] != 0x0f))) ++n;
  return s.code[n + 1];
}

constexpr difference all[] = {
    {"write to a code segment",
     "SDM 3A 5.5.1, 5.13: a code segment is never writable in protected mode; TCG checks no type",
     [](const comparison& c) {
       return c.s.bits == 32 && c.ours.kind == outcome_kind::fault && prefixed(c.s, 0x2e) &&
              c.ours.vector == static_cast<unsigned>(x86::exception::protection) && c.theirs.kind == outcome_kind::done;
     }},
    {"flags of LOCK NEG",
     "SDM 2B \"NEG\": flags are those of the result; TCG takes those of the old value after its atomic loop",
     [](const comparison& c) { return is(c.f, family::unary, unary_kind::neg) && c.f.memory && prefixed(c.s, 0xf0); }},
    {"SAHF and LAHF with REX", "SDM 2A \"LAHF\", 2B \"SAHF\": AH; TCG takes SPL, as if AH had been encoded in ModRM",
     [](const comparison& c) {
       return (is(c.f, family::flags, flags_kind::sahf) || is(c.f, family::flags, flags_kind::lahf)) &&
              (rex_of(c.s) & 0xf0) == 0x40;
     }},
    {"MOV of an immediate with REX.R",
     "SDM 2A 2.2.1.2: REX.R is ignored where ModRM.reg extends the opcode; TCG raises #UD",
     [](const comparison& c) {
       return c.s.bits == 64 && (c.f.byte == 0xc6 || c.f.byte == 0xc7) && !c.f.escaped && they_see_undefined(c);
     }},
    {"SHLD and SHRD by an immediate, RIP-relative",
     "SDM 2A 2.2.1.6: relative to the next instruction; TCG forgets the immediate byte behind the displacement",
     [](const comparison& c) {
       return c.s.bits == 64 && c.f.what->family == family::double_shift && has_operand(c.f, encoding::Ib) &&
              c.f.memory && (modrm_of(c.f, c.s) & 0xc7) == 0x05;
     }},
    {"CMPXCHG of 32 bits in 64-bit mode",
     "SDM 2A \"CMPXCHG\": the accumulator is not written if the operands are equal; TCG clears its upper half, and "
     "that "
     "of a destination that stays as it is",
     [](const comparison& c) {
       return c.s.bits == 64 && c.s.operand_bytes == 4 && is(c.f, family::exchange, exchange_kind::cmpxchg) &&
              !has_operand(c.f, encoding::Eb);
     }},
    {"REX before another prefix", "SDM 2A 2.2.1: REX is ignored unless it is right before the opcode; TCG heeds it",
     [](const comparison& c) { return c.s.bits == 64 && rex_before_prefix(c.s); }},
    {"RET that drops 32 KiB or more", "SDM 2B \"RET\": the number of bytes is unsigned; TCG takes it as signed",
     [](const comparison& c) {
       return !c.f.escaped && (c.f.byte == 0xc2 || c.f.byte == 0xca) && (c.s.code[c.s.length - 1] & 0x80) != 0;
     }},
    {"far RET of 16 or 32 bits in 64-bit mode",
     "SDM 1 6.2.2: stack addresses have 64 bits there; TCG keeps the upper part of RSP",
     [](const comparison& c) {
       return is(c.f, family::far_branch, far_kind::ret) && c.s.bits == 64 && c.s.operand_bytes != 8;
     }},
    {"code segments are not marked as accessed",
     "SDM 3A 3.4.5.1: the processor sets the accessed bit whenever it loads the selector; TCG does for data alone",
     [](const comparison& c) {
       return c.f.what->family == family::far_branch && c.s.bits != 16 && c.what.starts_with("byte ");
     }},
    {"66 before a near branch in 64-bit mode",
     "SDM 1 3.6.1 and 2A \"Jcc\", \"CALL\": the operand size of near branches is 64 bits there; TCG truncates, as "
     "AMD's do",
     [](const comparison& c) {
       return c.s.bits == 64 && (c.f.what->attributes & attribute::always64) != 0 && prefixed(c.s, 0x66);
     }},
    {"ENTER with another size than the stack's",
     "SDM 2A \"ENTER\": the operand size determines what is transferred to rBP; TCG goes by the stack's size",
     [](const comparison& c) {
       return is(c.f, family::stack, stack_kind::enter) && c.s.bits != 64 && c.s.operand_bytes * 8 != c.s.bits;
     }},
};

/// A form, or a size of one, as a whole.
constexpr left_out out[] = {
    {"system instructions", "they need state that Unicorn has not: unit tests, and the op guest",
     [](const form& f, unsigned, unsigned) { return f.what->family == family::system; }},
    {"instructions with VM exits of their own", "the emulator hands them over",
     [](const form& f, unsigned, unsigned) { return f.what->family == family::service; }},
    {"CLAC and STAC", "SDM 2A \"CLAC\": Unicorn's processor has no SMAP",
     [](const form& f, unsigned, unsigned) {
       return is(f, family::flags, flags_kind::clac) || is(f, family::flags, flags_kind::stac);
     }},
    {"interrupts in real mode", "SDM 3A 20.1.4: Unicorn reports them instead of delivering them",
     [](const form& f, unsigned bits, unsigned) {
       return f.what->family == family::interrupt && bits == 16 && !is(f, family::interrupt, interrupt_kind::bound);
     }},
    {"INT1", "SDM 2A \"INT n/INTO/INT3/INT1\": Unicorn raises #UD",
     [](const form& f, unsigned, unsigned) { return is(f, family::interrupt, interrupt_kind::debug); }},
    {"IRET outside real mode", "the emulator leaves it to userspace",
     [](const form& f, unsigned bits, unsigned) { return is(f, family::far_branch, far_kind::iret) && bits != 16; }},
    {"second encoding of TEST",
     "SDM 2D table A-6 leaves F6 /1 and F7 /1 blank; processors execute TEST, TCG raises #UD",
     [](const form& f, unsigned, unsigned) { return !f.escaped && (f.byte & 0xfe) == 0xf6 && f.digit == 1; }},
    {"prefetches of registers", "SDM 2D tables A-3 and A-6: reserved NOPs; TCG raises #UD",
     [](const form& f, unsigned, unsigned) { return f.escaped && (f.byte == 0x0d || f.byte == 0x18) && !f.memory; }},
    {"far pointers with 64-bit offsets", "SDM 2A \"LDS/LES/LFS/LGS/LSS\": REX.W + 0F B2 is m16:64; TCG reads m16:32",
     [](const form& f, unsigned, unsigned size) {
       return f.what->family == family::segment && has_operand(f, encoding::Mp) && size == 8;
     }},
};

}  // namespace

std::span<const difference> known_differences() { return all; }
std::span<const left_out> forms_left_out() { return out; }

}  // namespace umbra::emucheck
