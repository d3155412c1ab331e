#include "fuzz/emulator/generator.hpp"

#include <algorithm>
#include <cstring>

#include "core/emulate/kinds.hpp"
#include "core/vcpu/register_set.hpp"
#include "core/x86/flags.hpp"
#include "fuzz/emulator/engine.hpp"
#include "fuzz/emulator/layout.hpp"

namespace umbra::emucheck {

namespace {

using namespace emulate;
using namespace vcpu::general;
namespace rflags = x86::rflags;

std::uint64_t cut(std::uint64_t value, unsigned bytes) {
  return bytes == 8 ? value : value & ((std::uint64_t{1} << (8 * bytes)) - 1);
}

constexpr unsigned no_code[] = {0, 2, 3, 4, 5};
constexpr std::uint8_t segment_prefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};

class artist {
 public:
  artist(const form& f, unsigned bits, unsigned operand_bytes, fuzz::random& chance)
      : f_(f), bits_(bits), v_(operand_bytes), chance_(chance) {
    s_.bits = bits;
    s_.operand_bytes = operand_bytes;
  }

  specimen draw() {
    draw_state();
    draw_prefixes();
    draw_modrm();
    draw_implied();
    finish();
    return std::move(s_);
  }

 private:
  bool is(family f) const { return f_.what->family == f; }
  template <class Kind>
  bool is(family f, Kind k) const {
    return is(f) && f_.what->kind == static_cast<unsigned>(k);
  }
  bool has(encoding e) const {
    return std::find(f_.what->operands.begin(), f_.what->operands.end(), e) != f_.what->operands.end();
  }
  std::uint64_t& gpr(unsigned n) { return s_.before.gpr[n]; }
  bool stack_form() const { return is(family::stack) || is(family::branch) || is(family::far_branch); }

  /// Register numbers that this mode has.
  unsigned registers() const { return bits_ == 64 ? 16 : 8; }

  std::uint64_t segment_base(unsigned n) const {
    if (bits_ == 16) return std::uint64_t{s_.before.selector[n]} << 4;
    if (n == 4) return s_.before.fs_base;
    if (n == 5) return s_.before.gs_base;
    return 0;
  }

  void draw_state() {
    cpu_state& b = s_.before;
    for (std::uint64_t& r : b.gpr) r = boundary(chance_, bits_ == 64 ? 8 : 4);
    b.rflags = rflags::fixed | (chance_.next() & (rflags::status | rflags::df | rflags::interrupt));
    if (chance_.one_in(8)) b.rflags |= chance_.next() & (rflags::iopl | rflags::nt | rflags::ac | rflags::id);
    for (unsigned n = 0; n < 6; ++n) {
      b.selector[n] = bits_ != 16         ? protected_selector(n)
                      : chance_.one_in(2) ? 0
                                          : static_cast<std::uint16_t>(chance_.below(0x200));
    }
    if (bits_ == 16) b.selector[1] = static_cast<std::uint16_t>(chance_.below(0x80));
    b.fs_base = bits_ == 32 ? fs_base32 : chance_.below(0x2000);
    b.gs_base = bits_ == 32 ? gs_base32 : chance_.below(0x2000);
    // Sometimes right before a page boundary.
    const std::uint64_t at = chance_.one_in(4)
                                 ? 0x2000 - 1 - chance_.below(15)
                                 : code_window.begin + chance_.below(code_window.end - code_window.begin - 16);
    b.rip = at - s_.cs_base();
    gpr(rsp) = stack_spot() - segment_base(2);
  }

  std::uint64_t stack_spot() {
    std::uint64_t at = stack_window.begin + 0x200 + chance_.below(0x1c00);
    if (chance_.one_in(6)) at = 0xd000 + chance_.below(16) - 8;
    return chance_.one_in(4) ? at : at & ~std::uint64_t{7};
  }

  /// A place for an operand of up to 64 bytes.
  std::uint64_t data_spot(unsigned bytes) {
    if (chance_.one_in(4)) return 0x6000 - chance_.below(std::max(bytes, 1u) + 1);
    return data_window.begin + 0x400 + chance_.below(0x5f00);
  }

  std::uint64_t code_spot() { return code_window.begin + chance_.below(code_window.end - code_window.begin - 16); }

  void draw_prefixes() {
    std::vector<std::uint8_t>& p = p_.prefixes;
    const unsigned usual = bits_ == 16 ? 2 : 4;
    const bool sized = f_.sizes(bits_).size() > 1;
    if (bits_ == 64) {
      p_.w = sized && v_ == 8 && !(f_.what->attributes & (attribute::wide64 | attribute::always64));
      if (v_ == 2 && sized) p.push_back(0x66);
      p_.rex = chance_.one_in(4);
      // With W, 66 counts for nothing.
      if (p_.w && chance_.one_in(8)) p.push_back(0x66);
    } else if (sized && v_ != usual) {
      p.push_back(0x66);
    }
    if (chance_.one_in(4)) {
      p.push_back(0x67);
      address_bytes_ = bits_ == 32 ? 2 : 4;
    } else {
      address_bytes_ = bits_ / 8;
    }
    // One segment prefix: of two, engines disagree about the one that counts in 64-bit mode.
    if (chance_.one_in(4)) {
      // A code segment cannot be written in protected mode, which Unicorn does not mind.
      const unsigned n = bits_ == 32 && !chance_.one_in(8) ? chance_.pick(no_code) : chance_.below(6);
      p.push_back(segment_prefixes[n]);
      if (bits_ != 64 || n >= 4) override_ = static_cast<int>(n);
    }
    if ((f_.what->attributes & attribute::lockable) && f_.memory && chance_.one_in(3)) p.push_back(0xf0);
    if (is(family::string) || is(family::port, port_kind::ins) || is(family::port, port_kind::outs)) {
      if (chance_.one_in(2)) {
        s_.repeats = true;
        p.push_back(chance_.one_in(2) ? 0xf2 : 0xf3);
      }
    }
    for (std::size_t n = p.size(); n > 1; --n) std::swap(p[n - 1], p[chance_.below(static_cast<unsigned>(n))]);
  }

  void draw_modrm() {
    p_.r = bits_ == 64 && chance_.one_in(2);
    p_.b = bits_ == 64 && chance_.one_in(2);
    if (f_.rex_b) p_.b = true;
    p_.modrm = f_.modrm;
    if (!f_.modrm) return;
    p_.reg = f_.digit >= 0 ? static_cast<unsigned>(f_.digit) : chance_.below(8);
    if (has(encoding::Sw)) {
      // Not CS; what is none seldom.
      static constexpr unsigned usable[] = {0, 2, 3, 4, 5};
      p_.reg = is(family::segment, segment_kind::store) ? chance_.below(6) : chance_.pick(usable);
    }
    if (!f_.memory) {
      p_.mod = 3;
      p_.rm = f_.rm >= 0 ? static_cast<unsigned>(f_.rm) : chance_.below(8);
      return;
    }
    draw_address();
  }

  unsigned reg_number() const { return p_.reg | (p_.r ? 8 : 0); }

  /// How many bytes the operand in memory has.
  unsigned memory_bytes() const {
    if (is(family::exchange, exchange_kind::cmpxchg_pair)) return v_ == 8 ? 16 : 8;
    if (has(encoding::Eb)) return 1;
    if (has(encoding::Ew) || has(encoding::MwRv)) return 2;
    if (has(encoding::Ed)) return 4;
    if (has(encoding::Mp)) return v_ + 2;
    if (has(encoding::Ma)) return 2 * v_;
    if (is(family::system)) return 10;
    return v_;
  }

  void draw_address() {
    target_ = data_spot(memory_bytes());
    if (is(family::exchange, exchange_kind::cmpxchg_pair) && v_ == 8 && !chance_.one_in(16))
      target_ &= ~std::uint64_t{15};
    if (address_bytes_ == 2) {
      draw_short_address();
    } else {
      draw_long_address();
    }
    memory_ = true;
  }

  /// The offset that `target_` has in the segment that counts, given the usual one.
  std::uint64_t target_offset(unsigned usual) const {
    return target_ - segment_base(override_ >= 0 ? static_cast<unsigned>(override_) : usual);
  }

  void draw_short_address() {
    static constexpr unsigned bases[] = {rbx, rbx, rbp, rbp, rsi, rdi, rbp, rbx};
    static constexpr unsigned indexes[] = {rsi, rdi, rsi, rdi};
    p_.mod = chance_.below(3);
    p_.rm = chance_.below(8);
    const bool absolute = p_.mod == 0 && p_.rm == 6;
    const bool on_stack = p_.rm == 2 || p_.rm == 3 || (p_.rm == 6 && p_.mod != 0);
    const std::uint64_t offset = target_offset(on_stack ? 2 : 3);
    if (absolute) {
      append(p_.tail, offset, 2);
      return;
    }
    std::uint64_t displacement = 0;
    if (p_.mod == 1) displacement = static_cast<std::uint64_t>(static_cast<std::int8_t>(boundary(chance_, 1)));
    if (p_.mod == 2) displacement = boundary(chance_, 2);
    append(p_.tail, displacement, p_.mod == 0 ? 0 : p_.mod);
    const std::uint64_t rest = p_.rm < 4 ? gpr(indexes[p_.rm]) : 0;
    std::uint64_t& base = gpr(bases[p_.rm]);
    base = (base & ~std::uint64_t{0xffff}) | ((offset - displacement - rest) & 0xffff);
    address_registers_ |= 1u << bases[p_.rm];
    if (p_.rm < 4) address_registers_ |= 1u << indexes[p_.rm];
  }

  void draw_long_address() {
    // Far away now and then.
    if (bits_ == 32 && chance_.one_in(8)) target_ += alias32;
    if (bits_ == 64 && chance_.one_in(4)) target_ += address_bytes_ == 8 && chance_.one_in(2) ? alias64 : alias32;
    far_ = target_ >= ram_bytes;
    p_.mod = chance_.below(3);
    p_.rm = chance_.below(8);
    p_.x = bits_ == 64 && chance_.one_in(2);
    if (p_.rm == 4) {
      draw_sib();
      return;
    }
    if (p_.mod == 0 && p_.rm == 5) {
      draw_absolute(bits_ == 64, 0);
      return;
    }
    const unsigned base = p_.rm | (p_.b ? 8 : 0);
    place(base, 0, base == rsp || base == rbp ? 2 : 3);
  }

  void draw_sib() {
    const unsigned scale = chance_.below(4);
    unsigned base = chance_.below(8), index = chance_.below(8);
    if (stack_form() && base == 4) base = 3;
    const bool no_base = p_.mod == 0 && base == 5;
    const unsigned full_base = base | (p_.b ? 8 : 0);
    unsigned full_index = index | (p_.x ? 8 : 0);
    if (full_index == full_base && !no_base) full_index = index = 4, p_.x = false;
    const bool indexed = full_index != 4;
    p_.sib = static_cast<std::uint8_t>(scale << 6 | index << 3 | base);
    if (indexed) address_registers_ |= 1u << full_index;
    if (no_base) {
      // The displacement has to reach the target by itself.
      if (indexed) gpr(full_index) = chance_.below(0x200);
      if (far_) target_ &= ram_bytes - 1;
      draw_absolute(false, indexed ? gpr(full_index) << scale : 0);
      return;
    }
    place(full_base, indexed ? gpr(full_index) << scale : 0, full_base == rsp || full_base == rbp ? 2 : 3);
  }

  /// Addresses without a base.
  void draw_absolute(bool rip_relative, std::uint64_t index) {
    if (rip_relative && target_ >= alias64) target_ &= ram_bytes - 1;
    if (rip_relative) {
      relative_ = p_.tail.size();
      append(p_.tail, 0, 4);
      return;
    }
    append(p_.tail, target_offset(3) - index, 4);
  }

  /// Sets the base register so that the address comes out right.
  void place(unsigned base, std::uint64_t index, unsigned usual) {
    std::uint64_t displacement = 0;
    const bool near = base == rsp && stack_form();
    if (p_.mod == 1) displacement = static_cast<std::uint64_t>(static_cast<std::int8_t>(boundary(chance_, 1)));
    if (p_.mod == 2)
      displacement =
          static_cast<std::uint64_t>(static_cast<std::int32_t>(near ? chance_.below(256) : boundary(chance_, 4)));
    append(p_.tail, displacement, p_.mod == 0 ? 0 : p_.mod == 1 ? 1 : 4);
    const std::uint64_t value = target_offset(usual) - index - displacement;
    gpr(base) = address_bytes_ == 8 ? value : (gpr(base) & ~std::uint64_t{0xffff'ffff}) | (value & 0xffff'ffff);
    if (bits_ != 64) gpr(base) &= 0xffff'ffff;
    address_registers_ |= 1u << base;
  }

  /// A register that the address does not depend on may be given a value.
  bool set_free(unsigned number, std::uint64_t value) {
    if (address_registers_ >> number & 1) return false;
    gpr(number) = value;
    return true;
  }

  void poke_at(std::uint64_t linear, std::uint64_t value, unsigned bytes) {
    for (unsigned n = 0; n < bytes; ++n) {
      s_.pokes.push_back({(linear + n) & (ram_bytes - 1), value >> (8 * n) & 0xff, 1});
    }
  }
  void poke_target(std::uint64_t value, unsigned bytes, unsigned offset = 0) {
    poke_at(target_ + offset, value, bytes);
  }

  /// What the instruction needs beside ModRM: operands in certain registers, on the stack, in immediates.
  void draw_implied() {
    if (memory_) {
      poke_target(boundary(chance_, 8), 8);
      poke_target(boundary(chance_, 8), 8, 8);
    }
    if (has(encoding::Zv) || has(encoding::Zb)) low_ = chance_.below(8);
    switch (f_.what->family) {
      case family::multiply:
        draw_division();
        break;
      case family::exchange:
        draw_exchange();
        break;
      case family::bit_test:
        draw_bit_index();
        break;
      case family::move:
        draw_move();
        break;
      case family::stack:
        draw_stack();
        break;
      case family::string:
      case family::port:
        draw_string();
        break;
      case family::branch:
      case family::condition:
        draw_branch();
        break;
      case family::far_branch:
        draw_far_branch();
        break;
      case family::interrupt:
        draw_bounds();
        break;
      case family::segment:
        draw_segment();
        break;
      default:
        break;
    }
    draw_immediates();
  }

  void draw_division() {
    const auto kind = static_cast<multiply_kind>(f_.what->kind);
    if (kind != multiply_kind::div && kind != multiply_kind::idiv) return;
    if (chance_.one_in(8)) return;  // whatever it comes to
    // A small dividend, which most divisors can bear.
    const unsigned bytes = has(encoding::Eb) ? 1 : v_;
    const std::uint64_t low = boundary(chance_, bytes) >> chance_.below(8);
    const bool minus = kind == multiply_kind::idiv && chance_.one_in(2);
    if (bytes == 1) {
      set_free(rax, minus ? ~(low & 0x7f) : low & 0x7f);
      return;
    }
    set_free(rax, minus ? ~low : low);
    set_free(rdx, minus ? ~std::uint64_t{0} : chance_.one_in(4) ? chance_.below(4) : 0);
  }

  void draw_exchange() {
    const auto kind = static_cast<exchange_kind>(f_.what->kind);
    if (chance_.one_in(2)) return;
    // Half of the comparisons hold.
    if (kind == exchange_kind::cmpxchg) {
      const unsigned bytes = has(encoding::Eb) ? 1 : v_;
      const std::uint64_t value = boundary(chance_, bytes);
      if (memory_)
        poke_target(value, bytes);
      else if (p_.rm != 4 || bytes != 1)
        gpr(p_.rm | (p_.b ? 8 : 0)) = value;
      if (memory_) {
        if (!(address_registers_ & 1)) gpr(rax) = (gpr(rax) & ~cut(~std::uint64_t{0}, bytes)) | cut(value, bytes);
      } else {
        gpr(rax) = value;
      }
    }
    if (kind == exchange_kind::cmpxchg_pair) {
      const unsigned half = v_ == 8 ? 8 : 4;
      poke_target(gpr(rax), half);
      // Sometimes one half does, and the other does not.
      poke_target(gpr(rdx) ^ (chance_.one_in(4) ? 1 : 0), half, half);
    }
  }

  /// A bit near the operand, or in it.
  void draw_bit_index() {
    if (!memory_ || !has(encoding::Gv)) return;
    const unsigned n = reg_number();
    const std::int64_t bit = static_cast<std::int64_t>(chance_.below(0x2000)) - 0x1000;
    if (!set_free(n, cut(static_cast<std::uint64_t>(bit), bits_ == 64 ? 8 : 4))) p_.reg = 7 & (p_.reg + 1);
  }

  void draw_move() {
    if (has(encoding::Ob) || has(encoding::Ov)) {
      target_ = data_spot(v_);
      const std::uint64_t offset = target_offset(3);
      poke_target(boundary(chance_, 8), 8);
      append(p_.tail, offset, address_bytes_);
    }
    if (is(family::move, move_kind::xlat)) {
      target_ = data_spot(1);
      const std::uint64_t base = target_offset(3) - (gpr(rax) & 0xff);
      gpr(rbx) = (gpr(rbx) & ~cut(~std::uint64_t{0}, address_bytes_)) | cut(base, address_bytes_);
      poke_target(boundary(chance_, 1), 1);
    }
  }

  void draw_stack() {
    const auto kind = static_cast<stack_kind>(f_.what->kind);
    const std::uint64_t top = gpr(rsp) + segment_base(2);
    if (kind == stack_kind::enter || kind == stack_kind::leave) {
      const std::uint64_t frame = stack_spot() - segment_base(2);
      level_ = chance_.one_in(3) ? chance_.below(5) : chance_.one_in(8) ? 31 : chance_.below(2);
      // With at most one level, ENTER does not read through rBP.
      if (bits_ == 16)
        gpr(rbp) = (gpr(rbp) & ~std::uint64_t{0xffff}) | frame;
      else if (kind == stack_kind::leave || level_ > 1)
        gpr(rbp) = frame;
      poke_at(frame + segment_base(2), boundary(chance_, 8), 8);
      // Frames that overlap what is being pushed.
      if (kind == stack_kind::enter && chance_.one_in(4)) gpr(rbp) = gpr(rsp) + 8 * chance_.below(3);
      return;
    }
    if (kind == stack_kind::popf) {
      poke_at(top,
              rflags::fixed | (chance_.next() & (rflags::status | rflags::df | rflags::interrupt | rflags::iopl |
                                                 rflags::nt | (chance_.one_in(4) ? rflags::ac | rflags::id : 0))),
              8);
      return;
    }
    for (unsigned n = 0; n < 8; ++n) poke_at(top + 8 * n, boundary(chance_, 8), 8);
    if (kind == stack_kind::pop &&
        (has(encoding::ES) || has(encoding::SS) || has(encoding::DS) || has(encoding::FS) || has(encoding::GS))) {
      poke_at(top, selector_for(has(encoding::SS)), 2);
    }
  }

  void draw_string() {
    if (is(family::port) && f_.what->kind < static_cast<unsigned>(port_kind::ins)) return;
    const auto put = [&](unsigned number, std::uint64_t offset) {
      const std::uint64_t mask = cut(~std::uint64_t{0}, address_bytes_);
      gpr(number) = (gpr(number) & ~mask) | (offset & mask);
      if (bits_ != 64) gpr(number) &= 0xffff'ffff;
    };
    const std::uint64_t from = 0x5800 + chance_.below(0x2000),
                        to = chance_.one_in(4) ? from + chance_.below(9) : 0x5800 + chance_.below(0x4000);
    put(rsi, from - segment_base(override_ >= 0 ? static_cast<unsigned>(override_) : 3));
    put(rdi, to - segment_base(0));
    if (s_.repeats) put(rcx, chance_.below(7));
    const std::uint64_t value = boundary(chance_, 8);
    for (unsigned n = 0; n < 4; ++n) poke_at(from + 8 * n, chance_.one_in(3) ? boundary(chance_, 8) : value, 8);
    for (unsigned n = 0; n < 4; ++n) poke_at(to + 8 * n, chance_.one_in(3) ? boundary(chance_, 8) : value, 8);
    if (chance_.one_in(2)) gpr(rax) = value;
  }

  void draw_branch() {
    if (is(family::condition)) return;
    const auto kind = static_cast<branch_kind>(f_.what->kind);
    const std::uint64_t to = code_spot() - s_.cs_base();
    switch (kind) {
      case branch_kind::jump_to:
      case branch_kind::call_to:
        if (memory_)
          poke_target(to, v_);
        else
          gpr(p_.rm | (p_.b ? 8 : 0)) = to;
        if (!memory_ && kind == branch_kind::call_to && (p_.rm | (p_.b ? 8 : 0)) == rsp)
          p_.rm = rax, gpr(rax | (p_.b ? 8 : 0)) = to;
        break;
      case branch_kind::ret:
        poke_at(gpr(rsp) + segment_base(2), to, v_);
        break;
      case branch_kind::jcxz:
      case branch_kind::loop:
      case branch_kind::loope:
      case branch_kind::loopne:
        if (chance_.one_in(2)) gpr(rcx) = chance_.below(3);
        break;
      default:
        break;
    }
  }

  /// In real mode a selector and an offset of somewhere in the code; in protected mode one of the descriptors.
  void draw_far_branch() {
    const std::uint16_t selector = bits_ == 16 ? static_cast<std::uint16_t>(chance_.below(0x80)) : 0x08;
    const std::uint64_t to = code_spot() - (bits_ == 16 ? std::uint64_t{selector} << 4 : 0);
    const auto kind = static_cast<far_kind>(f_.what->kind);
    if (kind == far_kind::ret || kind == far_kind::iret) {
      const std::uint64_t top = gpr(rsp) + segment_base(2);
      poke_at(top, to, v_);
      poke_at(top + v_, selector, v_);
      poke_at(top + 2 * v_,
              rflags::fixed | (chance_.next() & (rflags::status | rflags::df | rflags::interrupt | rflags::iopl)), v_);
    } else if (memory_) {
      poke_target(to, v_);
      poke_target(selector, 2, v_);
    } else {
      append(p_.tail, to, v_);
      append(p_.tail, selector, 2);
    }
  }

  void draw_bounds() {
    if (!is(family::interrupt, interrupt_kind::bound)) return;
    const std::uint64_t index = gpr(reg_number());
    if (chance_.one_in(8)) return;
    poke_target(index - chance_.below(3), v_);
    poke_target(index + chance_.below(3), v_, v_);
  }

  std::uint16_t selector_for(bool stack) {
    if (bits_ == 16) return static_cast<std::uint16_t>(chance_.below(0x400));
    // Flat data; below CPL 0's stack segment also null.
    return !stack && chance_.one_in(4) ? 0 : static_cast<std::uint16_t>(chance_.one_in(2) ? 0x10 : 0x18);
  }

  void draw_segment() {
    const auto kind = static_cast<segment_kind>(f_.what->kind);
    if (kind == segment_kind::store) return;
    const bool stack = kind == segment_kind::lss || (kind == segment_kind::load && p_.reg == 2);
    const std::uint16_t selector = selector_for(stack);
    if (kind != segment_kind::load) {
      poke_target(selector, 2, v_);
    } else if (memory_) {
      poke_target(selector, 2);
    } else {
      std::uint64_t& r = gpr(p_.rm | (p_.b ? 8 : 0));
      r = (r & ~std::uint64_t{0xffff}) | selector;
    }
  }

  void draw_immediates() {
    std::vector<std::uint8_t>& t = p_.tail;
    const unsigned z = v_ == 2 ? 2 : 4;
    for (const encoding e : f_.what->operands) {
      switch (e) {
        case encoding::Ib:
          append(t, immediate_byte(), 1);
          break;
        case encoding::Iw:
          append(t, is(family::stack) ? chance_.below(0x80) : boundary(chance_, 2) & 0x7fff, 2);
          break;
        case encoding::Iz:
          append(t, boundary(chance_, z), z);
          break;
        case encoding::Iv:
          append(t, boundary(chance_, v_), v_);
          break;
        case encoding::sIb:
          append(t, boundary(chance_, 1), 1);
          break;
        case encoding::Jb:
          append(t, boundary(chance_, 1), 1);
          break;
        case encoding::Jz:
          append(t, displacement(), z);
          break;
        default:
          break;
      }
    }
  }

  std::uint64_t immediate_byte() {
    if (is(family::stack)) return level_ | (chance_.one_in(8) ? 0xe0 : 0);
    if (is(family::decimal)) return chance_.one_in(2) ? 10 : boundary(chance_, 1);
    return boundary(chance_, 1);
  }

  /// To somewhere in the code, if that is near enough.
  std::uint64_t displacement() { return code_spot() - s_.code_at(); }

  void finish() {
    if (f_.rex_b) low_ = {};
    std::vector<std::uint8_t> code = encode(f_, p_, low_);
    if (relative_) {
      const std::size_t at = code.size() - p_.tail.size() + *relative_;
      std::uint64_t next = s_.before.rip + code.size();
      const std::uint32_t d = static_cast<std::uint32_t>(target_offset(3) - next);
      std::memcpy(&code[at], &d, 4);
    }
    s_.length = static_cast<unsigned>(std::min<std::size_t>(code.size(), s_.code.size()));
    std::copy_n(code.begin(), s_.length, s_.code.begin());
    if (bits_ != 64) {
      for (std::uint64_t& r : s_.before.gpr) r &= 0xffff'ffff;
    }
  }

  const form& f_;
  unsigned bits_, v_;
  fuzz::random& chance_;
  specimen s_;
  parts p_;
  std::optional<unsigned> low_;
  unsigned address_bytes_ = 2;
  int override_ = -1;
  unsigned level_ = 0;  ///< of ENTER
  bool memory_ = false, far_ = false;
  std::uint64_t target_ = 0;             ///< linear address of the operand in memory
  std::uint32_t address_registers_ = 0;  ///< that it is computed from
  std::optional<std::size_t> relative_;  ///< where in the tail a RIP-relative displacement is to go
};

}  // namespace

std::uint64_t boundary(fuzz::random& chance, unsigned bytes) {
  const unsigned bits = 8 * bytes;
  std::uint64_t value;
  switch (chance.below(8)) {
    case 0:
      value = chance.below(3);
      break;
    case 1:
      value = ~std::uint64_t{0} - chance.below(3);
      break;
    case 2:
      value = (std::uint64_t{1} << (bits - 1)) + chance.below(3) - 1;
      break;
    case 3:
      value = std::uint64_t{1} << chance.below(bits);
      break;
    case 4:
      value = chance.below(64);
      break;
    case 5:
      value = (std::uint64_t{1} << (bits / 2)) + chance.below(3) - 1;
      break;
    default:
      value = chance.next();
      break;
  }
  return cut(value, bytes);
}

specimen draw(const form& f, unsigned bits, unsigned operand_bytes, fuzz::random& chance) {
  return artist(f, bits, operand_bytes, chance).draw();
}

}  // namespace umbra::emucheck
