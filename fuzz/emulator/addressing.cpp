// ModRM, SIB and displacement, and the registers that make the address come out where the operand is to lie.

#include "fuzz/emulator/artist.hpp"
#include "fuzz/emulator/generator.hpp"
#include "fuzz/emulator/layout.hpp"

namespace umbra::emucheck {

using namespace emulate;
using namespace vcpu::general;

void artist::draw_modrm() {
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

unsigned artist::memory_bytes() const {
  if (is(family::exchange, exchange_kind::cmpxchg_pair)) return v_ == 8 ? 16 : 8;
  if (has(encoding::Eb)) return 1;
  if (has(encoding::Ew) || has(encoding::MwRv)) return 2;
  if (has(encoding::Ed)) return 4;
  if (has(encoding::Mp)) return v_ + 2;
  if (has(encoding::Ma)) return 2 * v_;
  if (is(family::system)) return 10;
  return v_;
}

void artist::draw_address() {
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

std::uint64_t artist::target_offset(unsigned usual) const {
  return target_ - segment_base(override_ >= 0 ? static_cast<unsigned>(override_) : usual);
}

void artist::draw_short_address() {
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

void artist::draw_long_address() {
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

void artist::draw_sib() {
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

void artist::draw_absolute(bool rip_relative, std::uint64_t index) {
  if (rip_relative && target_ >= alias64) target_ &= ram_bytes - 1;
  if (rip_relative) {
    relative_ = p_.tail.size();
    append(p_.tail, 0, 4);
    return;
  }
  append(p_.tail, target_offset(3) - index, 4);
}

void artist::place(unsigned base, std::uint64_t index, unsigned usual) {
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

}  // namespace umbra::emucheck
