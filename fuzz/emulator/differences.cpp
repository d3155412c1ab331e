#include "fuzz/emulator/differences.hpp"

#include "core/emulate/kinds.hpp"
#include "core/x86/exception.hpp"
#include "core/x86/flags.hpp"
#include "fuzz/emulator/bytes.hpp"
#include "fuzz/emulator/compare.hpp"

namespace umbra::emucheck {

namespace {

using namespace emulate;

template <class Kind>
bool is(const form& f, family wanted, Kind kind) {
  return f.what->family == wanted && f.what->kind == static_cast<unsigned>(kind);
}

constexpr unsigned rax = 0, rsp = 4, rbp = 5;

/// Replaces the bits of `mask`.
void put(std::uint64_t& at, std::uint64_t value, std::uint64_t mask) { at = (at & ~mask) | (value & mask); }

/// The low bits of a number of bytes.
constexpr std::uint64_t mask_of(unsigned bytes) { return bytes == 8 ? ~std::uint64_t{0} : (1ull << 8 * bytes) - 1; }

unsigned destination_register(const comparison& c) { return (modrm_of(c.f, c.s) & 7) | (rex_of(c.s) & 1u) << 3; }

/// The last bytes of RET: how much it drops.
unsigned dropped_by(const specimen& s) { return s.code[s.length - 2] | s.code[s.length - 1] << 8; }

constexpr std::uint64_t ah_flags = x86::rflags::status & ~x86::rflags::of;  ///< those that SAHF and LAHF move

constexpr difference all[] = {
    {"write to a code segment",
     "SDM 3A 5.5.1, 5.13: a code segment is never writable in protected mode; TCG checks no type",
     [](const comparison& c) {
       return c.s.bits == 32 && c.ours.kind == outcome_kind::fault && has_prefix(c.s, 0x2e) &&
              c.ours.vector == static_cast<unsigned>(x86::exception::protection) && c.theirs.kind == outcome_kind::done;
     },
     [](const comparison& c, outcome& theirs, ram_image&) {
       theirs.kind = outcome_kind::fault;
       theirs.vector = c.ours.vector;
     }},
    {"flags of LOCK NEG",
     "SDM 2B \"NEG\": flags are those of the result; TCG takes those of the old value after its atomic loop",
     [](const comparison& c) { return is(c.f, family::unary, unary_kind::neg) && c.f.memory && has_prefix(c.s, 0xf0); },
     [](const comparison& c, outcome& theirs, ram_image&) {
       put(theirs.after.rflags, c.ours.after.rflags, x86::rflags::status);
     }},
    {"SAHF with REX", "SDM 2B \"SAHF\": AH; TCG takes SPL, as if AH had been encoded in ModRM",
     [](const comparison& c) { return is(c.f, family::flags, flags_kind::sahf) && rex_of(c.s) != 0; },
     [](const comparison& c, outcome& theirs, ram_image&) {
       put(theirs.after.rflags, c.s.before.gpr[rax] >> 8, ah_flags);
     }},
    {"LAHF with REX", "SDM 2A \"LAHF\": AH; TCG takes SPL, as if AH had been encoded in ModRM",
     [](const comparison& c) { return is(c.f, family::flags, flags_kind::lahf) && rex_of(c.s) != 0; },
     [](const comparison& c, outcome& theirs, ram_image&) {
       put(theirs.after.gpr[rsp], c.s.before.gpr[rsp], 0xff);
       put(theirs.after.gpr[rax], ((c.s.before.rflags & ah_flags) | 2) << 8, 0xff00);
     }},
    {"CMPXCHG of 32 bits in 64-bit mode",
     "SDM 2A \"CMPXCHG\": the accumulator is not written if the operands are equal; TCG clears its upper half, and "
     "that of a destination that stays as it is",
     [](const comparison& c) {
       return c.s.bits == 64 && c.s.operand_bytes == 4 && is(c.f, family::exchange, exchange_kind::cmpxchg) &&
              !has_operand(c.f, encoding::Eb);
     },
     [](const comparison& c, outcome& theirs, ram_image&) {
       const bool equal = (c.ours.after.rflags & x86::rflags::zf) != 0;
       const unsigned kept = equal ? rax : destination_register(c);
       if (equal || !c.f.memory) theirs.after.gpr[kept] = c.s.before.gpr[kept];
     }},
    {"RET that drops 32 KiB or more", "SDM 2B \"RET\": the number of bytes is unsigned; TCG takes it as signed",
     [](const comparison& c) {
       return !c.f.escaped && (c.f.byte == 0xc2 || c.f.byte == 0xca) && (dropped_by(c.s) & 0x8000) != 0;
     },
     [](const comparison& c, outcome& theirs, ram_image&) {
       put(theirs.after.gpr[rsp], theirs.after.gpr[rsp] + 0x10000, mask_of(c.s.bits / 8));
     }},
    {"far RET of 16 or 32 bits in 64-bit mode",
     "SDM 1 6.2.2: stack addresses have 64 bits there; TCG keeps the upper part of RSP",
     [](const comparison& c) {
       return is(c.f, family::far_branch, far_kind::ret) && c.s.bits == 64 && c.s.operand_bytes != 8;
     },
     [](const comparison& c, outcome& theirs, ram_image&) {
       theirs.after.gpr[rsp] = c.s.before.gpr[rsp] + 2 * c.s.operand_bytes + (c.f.byte == 0xca ? dropped_by(c.s) : 0);
     }},
    {"code segments are not marked as accessed",
     "SDM 3A 3.4.5.1: the processor sets the accessed bit whenever it loads the selector; TCG does for data alone",
     [](const comparison& c) { return c.f.what->family == family::far_branch && c.s.bits != 16; },
     [](const comparison& c, outcome& theirs, ram_image& ram) {
       constexpr unsigned rights = 5;
       constexpr std::uint8_t code = 0x18, accessed = 1;
       const unsigned selector = theirs.after.selector[1];
       std::uint8_t& byte = ram[((selector & 4 ? c.ldt_at : gdt_at) + (selector & 0xfff8) + rights) % ram_bytes];
       if ((byte & code) == code) byte |= accessed;
     }},
    {"ENTER with another size than the stack's",
     "SDM 2A \"ENTER\": the operand size determines what is transferred to rBP; TCG goes by the stack's size",
     [](const comparison& c) {
       return is(c.f, family::stack, stack_kind::enter) && c.s.bits != 64 && c.s.operand_bytes * 8 != c.s.bits;
     },
     [](const comparison& c, outcome& theirs, ram_image& ram) {
       std::uint64_t frame = c.s.before.gpr[rsp];
       put(frame, frame - c.s.operand_bytes, mask_of(c.s.bits / 8));
       theirs.after.gpr[rbp] = c.s.before.gpr[rbp];
       put(theirs.after.gpr[rbp], frame, mask_of(c.s.operand_bytes));
       // With levels, it is pushed behind them.
       const unsigned level = c.s.code[c.s.length - 1] & 31;
       if (level == 0) return;
       constexpr unsigned ss = 2;
       const std::uint64_t base = c.s.bits == 16 ? std::uint64_t{c.s.before.selector[ss]} << 4 : 0;
       const std::uint64_t top = c.s.before.gpr[rsp] - c.s.operand_bytes * (level + 1);
       for (unsigned n = 0; n < c.s.operand_bytes; ++n)
         ram[(base + ((top + n) & mask_of(c.s.bits / 8))) % ram_bytes] = static_cast<std::uint8_t>(frame >> 8 * n);
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

const difference* explanation(const comparison& c, const ram_image& our_ram, ram_image& their_ram) {
  outcome mended = c.theirs;
  for (const difference& d : all) {
    if (!d.shows(c)) continue;
    d.mend(c, mended, their_ram);
    if (difference_of(c.f, c.s, c.ours, mended, our_ram, their_ram).empty()) return &d;
  }
  return nullptr;
}

std::span<const left_out> forms_left_out() { return out; }

}  // namespace umbra::emucheck
