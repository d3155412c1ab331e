// What an instruction needs beside ModRM: operands in certain registers and in memory.

#include "fuzz/emulator/artist.hpp"
#include "fuzz/emulator/generator.hpp"
#include "fuzz/emulator/layout.hpp"

namespace umbra::emucheck {

using namespace emulate;
using namespace vcpu::general;

void artist::draw_implied() {
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

bool artist::set_free(unsigned number, std::uint64_t value) {
  if (address_registers_ >> number & 1) return false;
  gpr(number) = value;
  return true;
}

void artist::draw_division() {
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

void artist::draw_exchange() {
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

void artist::draw_bit_index() {
  if (!memory_ || !has(encoding::Gv)) return;
  const unsigned n = reg_number();
  const std::int64_t bit = static_cast<std::int64_t>(chance_.below(0x2000)) - 0x1000;
  if (!set_free(n, cut(static_cast<std::uint64_t>(bit), bits_ == 64 ? 8 : 4))) p_.reg = 7 & (p_.reg + 1);
}

void artist::draw_move() {
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

void artist::draw_string() {
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

void artist::draw_bounds() {
  if (!is(family::interrupt, interrupt_kind::bound)) return;
  const std::uint64_t index = gpr(reg_number());
  if (chance_.one_in(8)) return;
  poke_target(index - chance_.below(3), v_);
  poke_target(index + chance_.below(3), v_, v_);
}

void artist::draw_segment() {
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

std::uint16_t artist::selector_for(bool stack) {
  if (bits_ == 16) return static_cast<std::uint16_t>(chance_.below(0x400));
  // Flat data; below CPL 0's stack segment also null.
  return !stack && chance_.one_in(4) ? 0 : static_cast<std::uint16_t>(chance_.one_in(2) ? 0x10 : 0x18);
}

}  // namespace umbra::emucheck
