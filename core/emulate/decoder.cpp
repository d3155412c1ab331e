#include "core/emulate/decoder.hpp"

#include <array>

#include <word/array.hpp>

#include "core/emulate/kinds.hpp"
#include "core/emulate/opcode_map.hpp"
#include "core/emulate/width.hpp"
#include "core/vcpu/register_set.hpp"

namespace umbra::emulate {

namespace {

using vcpu::segment_name;

/// What a segment prefix names, in the order of prefix_kind.
constexpr segment_name prefixed[] = {segment_name::es, segment_name::cs, segment_name::ss,
                                     segment_name::ds, segment_name::fs, segment_name::gs};

/// Addresses of 16 bits: what ModRM.rm adds up (SDM 2A, table 2-1).
struct short_address {
  unsigned base;
  unsigned index;
  bool indexed;
  segment_name segment;
};
constexpr std::array<short_address, 8> short_addresses{{
    {vcpu::general::rbx, vcpu::general::rsi, true, segment_name::ds},
    {vcpu::general::rbx, vcpu::general::rdi, true, segment_name::ds},
    {vcpu::general::rbp, vcpu::general::rsi, true, segment_name::ss},
    {vcpu::general::rbp, vcpu::general::rdi, true, segment_name::ss},
    {vcpu::general::rsi, 0, false, segment_name::ds},
    {vcpu::general::rdi, 0, false, segment_name::ds},
    {vcpu::general::rbp, 0, false, segment_name::ss},
    {vcpu::general::rbx, 0, false, segment_name::ds},
}};

/// Whether an operand is found by ModRM.
constexpr bool by_modrm(encoding e) { return e >= encoding::Eb && e <= encoding::Dy; }

constexpr bool in_modrm_rm(encoding e) {
  return (e >= encoding::Eb && e <= encoding::MwRv) || (e >= encoding::M && e <= encoding::Ma);
}

class decoder {
 public:
  decoder(const code_bytes& code, const code_mode& mode, instruction& out) : code_(code), mode_(mode), out_(out) {}

  decoding run() {
    out_ = {};
    if (read_opcode() && settle_opcode() && read_address() && read_operands()) {
      if (!well_formed()) return decoding::undefined;
      out_.length = used_;
    }
    return stop_;
  }

 private:
  bool stop(decoding why) {
    stop_ = why;
    return false;
  }

  bool next(word& byte) {
    if (used_ == longest_instruction) return stop(decoding::too_long);
    if (used_ == code_.count) return stop(decoding::more);
    byte = code_.bytes[used_++];
    return true;
  }

  /// A number of 1 to 8 bytes, sign-extended.
  bool number(unsigned bytes, word& value) {
    value = word{0};
    for (unsigned n = 0; n < bytes; ++n) {
      word byte;
      if (!next(byte)) return false;
      value = value | (byte << (8 * n));
    }
    value = sign_extend(value, bytes);
    return true;
  }

  bool code64() const { return mode_.bits == 64; }
  bool rex(std::uint64_t bit) const { return static_cast<bool>(has(rex_, bit)); }
  /// A register number of three bits, with the bit that REX adds.
  word extended(word number, std::uint64_t bit) const { return number | when(has(rex_, bit), 8); }

  bool read_opcode() {
    while (true) {
      if (!next(opcode_)) return false;
      if (code64() && (opcode_ & word{0xf0}) == word{0x40}) {
        rex_ = opcode_;
        continue;
      }
      what_ = &primary_opcode(opcode_);
      if (what_->family != family::prefix) break;
      const auto kind = static_cast<prefix_kind>(what_->kind);
      if (kind == prefix_kind::escape) {
        if (!next(opcode_)) return false;
        what_ = &secondary_opcode(opcode_);
        return true;
      }
      rex_ = word{0};  // REX counts only right before the opcode
      take_prefix(kind);
    }
    if (code64() && opcode_ == word{0x63}) what_ = &opcode_63_in_64_bit_mode();
    if (what_->family == family::nothing && what_->kind == static_cast<unsigned>(nothing_kind::nop_or_xchg) &&
        rex(rex_b)) {
      what_ = &opcode_90_with_rex_b();
    }
    return true;
  }

  void take_prefix(prefix_kind kind) {
    switch (kind) {
      case prefix_kind::operand_size:
        operand_size_ = true;
        break;
      case prefix_kind::address_size:
        address_size_ = true;
        break;
      case prefix_kind::lock:
        out_.lock = true;
        break;
      case prefix_kind::repne:
        out_.repeat = repeat_prefix::repne;
        break;
      case prefix_kind::rep:
        out_.repeat = repeat_prefix::rep;
        break;
      case prefix_kind::fs:
      case prefix_kind::gs:
        override_with(kind);
        break;
      default:
        if (!code64()) override_with(kind);  // in 64-bit mode the other four mean nothing
        break;
    }
  }

  void override_with(prefix_kind kind) {
    out_.overridden = true;
    out_.memory.segment = prefixed[static_cast<unsigned>(kind)];
  }

  /// Follows groups, and says no to what is none in this mode.
  bool settle_opcode() {
    if (has_attribute(attribute::vector) && code64()) return stop(decoding::unsupported);
    if (needs_modrm()) {
      word modrm;
      if (!next(modrm)) return false;
      mod_ = modrm >> 6;
      reg_ = field(modrm, 3, 3);
      rm_ = field(modrm, 0, 3);
      register_form_ = static_cast<bool>(mod_ == word{3});
    }
    if (what_->family == family::group) {
      what_ = &group_opcode(static_cast<group>(what_->kind), reg_ + word{register_form_ ? 8u : 0u});
    }
    if (what_->family == family::subgroup) {
      if (!usual_prefixes()) return stop(decoding::unsupported);
      what_ = &subgroup_opcode(static_cast<subgroup>(what_->kind), rm_);
    }
    out_.what = what_;
    if (has_attribute(attribute::not64) && code64()) return stop(decoding::undefined);
    if (has_attribute(attribute::vector) && register_form_) {
      return stop(mode_.protect ? decoding::unsupported : decoding::undefined);
    }
    if (!usual_prefixes() || what_->family == family::unsupported) return stop(decoding::unsupported);
    if (what_->family == family::undefined) return stop(decoding::undefined);
    if (has_attribute(attribute::protect) && !mode_.protect) return stop(decoding::undefined);
    if (has_attribute(attribute::memory) && register_form_) return stop(decoding::undefined);
    settle_sizes();
    return true;
  }

  bool has_attribute(std::uint16_t a) const { return (what_->attributes & a) != 0; }

  bool usual_prefixes() const {
    return !(has_attribute(attribute::bare) && out_.repeat != repeat_prefix::none) &&
           !(has_attribute(attribute::no_f3) && out_.repeat == repeat_prefix::rep) &&
           !(has_attribute(attribute::no66) && operand_size_);
  }

  bool needs_modrm() const {
    if (what_->family == family::group) return true;
    for (const encoding e : what_->operands) {
      if (by_modrm(e)) return true;
    }
    return false;
  }

  void settle_sizes() {
    if (code64()) {
      out_.address_bytes = address_size_ ? 4 : 8;
      if (has_attribute(attribute::always64)) {
        out_.operand_bytes = 8;
      } else if (rex(rex_w)) {
        out_.operand_bytes = 8;
      } else if (operand_size_) {
        out_.operand_bytes = 2;
      } else {
        out_.operand_bytes = has_attribute(attribute::wide64) ? 8 : 4;
      }
    } else {
      const unsigned usual = mode_.bits / 8, other = 6 - usual;
      out_.address_bytes = address_size_ ? other : usual;
      out_.operand_bytes = operand_size_ ? other : usual;
    }
  }

  bool well_formed() const {
    const operand& first = out_.operands[0];
    if (out_.lock && !(has_attribute(attribute::lockable) && first.kind == operand_kind::memory)) return false;
    // CS is not loaded by MOV (SDM 2B, "MOV").
    if (first.kind == operand_kind::segment && what_->family == family::segment && first.value == word{cs})
      return false;
    for (const operand& o : out_.operands) {
      if (!exists(o)) return false;
    }
    return true;
  }

  /// Whether there is a register of that number (SDM 2B, "MOV", "MOV—Move to/from Control Registers" and "... Debug
  /// ...").
  static flag exists(const operand& o) {
    switch (o.kind) {
      case operand_kind::segment:
        return o.value <= word{gs};
      case operand_kind::control:
        return either(either(o.value == word{0}, o.value == word{8}), o.value - 2 <= word{2});
      case operand_kind::debug:
        return o.value < word{8};
      default:
        return true;
    }
  }

  /// SIB and displacement, if ModRM.rm is an operand in memory.
  bool read_address() {
    bool used = false;
    for (const encoding e : what_->operands) used = used || in_modrm_rm(e);
    if (!used || register_form_) return true;
    return out_.address_bytes == 2 ? read_short_address() : read_long_address();
  }

  void usual_segment(segment_name s) {
    if (!out_.overridden) out_.memory.segment = s;
  }

  bool read_displacement(unsigned bytes) { return number(bytes, out_.memory.displacement); }

  bool read_short_address() {
    if (mod_ == word{0} && rm_ == word{6}) return read_displacement(2);
    const short_address& a = at(short_addresses, rm_);
    usual_segment(a.segment);
    out_.memory.has_base = true;
    out_.memory.base = word{a.base};
    out_.memory.has_index = a.indexed;
    out_.memory.index = word{a.index};
    if (mod_ == word{0}) return true;
    return read_displacement(mod_ == word{1} ? 1 : 2);
  }

  bool read_long_address() {
    memory_operand& m = out_.memory;
    word base = rm_;
    if (rm_ == word{4}) {
      word sib;
      if (!next(sib)) return false;
      m.scale = sib >> 6;
      m.index = extended(field(sib, 3, 3), rex_x);
      m.has_index = static_cast<bool>(m.index != word{4});
      base = field(sib, 0, 3);
    }
    if (mod_ == word{0} && base == word{5}) {
      m.rip_relative = code64() && static_cast<bool>(rm_ == word{5});
      return read_displacement(4);
    }
    m.has_base = true;
    m.base = extended(base, rex_b);
    if (either(m.base == word{vcpu::general::rsp}, m.base == word{vcpu::general::rbp})) usual_segment(segment_name::ss);
    if (mod_ == word{0}) return true;
    return read_displacement(mod_ == word{1} ? 1 : 4);
  }

  bool read_operands() {
    for (unsigned n = 0; n < out_.operands.size(); ++n) {
      if (!read_operand(what_->operands[n], out_.operands[n])) return false;
    }
    return true;
  }

  unsigned z_bytes() const { return out_.operand_bytes == 2 ? 2 : 4; }
  unsigned y_bytes() const { return code64() ? 8 : 4; }

  /// A general register; without REX, numbers 4 to 7 of byte registers are AH to BH.
  bool general(operand& o, word number, unsigned bytes) {
    o = {operand_kind::general, bytes, number, {}, {}};
    if (bytes == 1) o.high = both(rex_ == word{0}, number >= word{4});
    return true;
  }
  bool fixed(operand& o, unsigned number, unsigned bytes) {
    o = {operand_kind::general, bytes, word{number}, {}, {}};
    return true;
  }
  bool segment_register(operand& o, segment_name n) {
    o = {operand_kind::segment, 2, word{static_cast<unsigned>(n)}, {}, {}};
    return true;
  }
  bool special(operand& o, operand_kind kind, unsigned bytes) {
    o = {kind, bytes, extended(reg_, kind == operand_kind::segment ? 0 : rex_r), {}, {}};
    return true;
  }
  bool memory(operand& o, unsigned bytes) {
    o = {operand_kind::memory, bytes, {}, {}, {}};
    return true;
  }
  bool register_or_memory(operand& o, unsigned bytes) {
    return register_form_ ? general(o, extended(rm_, rex_b), bytes) : memory(o, bytes);
  }
  bool immediate(operand& o, unsigned encoded, unsigned bytes) {
    o = {operand_kind::immediate, bytes, {}, {}, {}};
    return number(encoded, o.value);
  }
  bool offset(operand& o, unsigned bytes) {
    memory(o, bytes);
    return read_displacement(out_.address_bytes);
  }
  bool far_pointer(operand& o, unsigned bytes) {
    if (!immediate(o, bytes, bytes)) return false;
    o.kind = operand_kind::pointer;
    o.value = truncate(o.value, bytes);
    if (!number(2, o.selector)) return false;
    o.selector = truncate(o.selector, 2);
    return true;
  }

  bool read_operand(encoding e, operand& o) {
    const unsigned v = out_.operand_bytes;
    switch (e) {
      case encoding::none:
        return true;
      case encoding::Eb:
        return register_or_memory(o, 1);
      case encoding::Ew:
        return register_or_memory(o, 2);
      case encoding::Ed:
        return register_or_memory(o, 4);
      case encoding::Ev:
        return register_or_memory(o, v);
      case encoding::MwRv:
        return register_or_memory(o, register_form_ ? v : 2);
      case encoding::Gb:
        return general(o, extended(reg_, rex_r), 1);
      case encoding::Gw:
        return general(o, extended(reg_, rex_r), 2);
      case encoding::Gv:
        return general(o, extended(reg_, rex_r), v);
      case encoding::Ry:
        return general(o, extended(rm_, rex_b), y_bytes());
      case encoding::M:
        return memory(o, v);
      case encoding::Mp:
        return memory(o, v);
      case encoding::Ma:
        return memory(o, v);
      case encoding::Sw:
        return special(o, operand_kind::segment, 2);
      case encoding::Cy:
        return special(o, operand_kind::control, y_bytes());
      case encoding::Dy:
        return special(o, operand_kind::debug, y_bytes());
      case encoding::Ib:
        return immediate(o, 1, 1);
      case encoding::Iw:
        return immediate(o, 2, 2);
      case encoding::Iz:
        return immediate(o, z_bytes(), v);
      case encoding::Iv:
        return immediate(o, v, v);
      case encoding::sIb:
      case encoding::Jb:
        return immediate(o, 1, v);
      case encoding::Jz:
        return immediate(o, z_bytes(), v);
      case encoding::Ap:
        return far_pointer(o, v);
      case encoding::Ob:
        return offset(o, 1);
      case encoding::Ov:
        return offset(o, v);
      case encoding::Zb:
        return general(o, extended(field(opcode_, 0, 3), rex_b), 1);
      case encoding::Zv:
        return general(o, extended(field(opcode_, 0, 3), rex_b), v);
      case encoding::AL:
        return fixed(o, vcpu::general::rax, 1);
      case encoding::CL:
        return fixed(o, vcpu::general::rcx, 1);
      case encoding::rAX:
        return fixed(o, vcpu::general::rax, v);
      case encoding::eAX:
        return fixed(o, vcpu::general::rax, z_bytes());
      case encoding::DX:
        return fixed(o, vcpu::general::rdx, 2);
      case encoding::ES:
        return segment_register(o, segment_name::es);
      case encoding::CS:
        return segment_register(o, segment_name::cs);
      case encoding::SS:
        return segment_register(o, segment_name::ss);
      case encoding::DS:
        return segment_register(o, segment_name::ds);
      case encoding::FS:
        return segment_register(o, segment_name::fs);
      case encoding::GS:
        return segment_register(o, segment_name::gs);
      case encoding::one:
        o = {operand_kind::immediate, 1, word{1}, {}, {}};
        return true;
    }
    return true;
  }

  static constexpr unsigned cs = static_cast<unsigned>(segment_name::cs), gs = static_cast<unsigned>(segment_name::gs);
  static constexpr std::uint64_t rex_b = 1, rex_x = 2, rex_r = 4, rex_w = 8;

  const code_bytes& code_;
  const code_mode& mode_;
  instruction& out_;
  decoding stop_ = decoding::complete;
  unsigned used_ = 0;
  const opcode* what_ = nullptr;
  word opcode_{}, rex_{}, mod_{}, reg_{}, rm_{};
  bool operand_size_ = false, address_size_ = false, register_form_ = false;
};

}  // namespace

decoding decode(const code_bytes& code, const code_mode& mode, instruction& out) {
  return decoder(code, mode, out).run();
}

}  // namespace umbra::emulate
