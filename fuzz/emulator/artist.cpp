// The state that a specimen meets, its prefixes, and its bytes.

#include "fuzz/emulator/artist.hpp"

#include <algorithm>
#include <cstring>

#include "core/x86/flags.hpp"
#include "fuzz/emulator/engine.hpp"
#include "fuzz/emulator/generator.hpp"
#include "fuzz/emulator/layout.hpp"

namespace umbra::emucheck {

using namespace emulate;
using namespace vcpu::general;
namespace rflags = x86::rflags;

namespace {

constexpr unsigned no_code[] = {0, 2, 3, 4, 5};
constexpr std::uint8_t segment_prefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};

}  // namespace

specimen artist::draw() {
  draw_state();
  draw_prefixes();
  draw_modrm();
  draw_implied();
  finish();
  return std::move(s_);
}

bool artist::has(encoding e) const {
  return std::find(f_.what->operands.begin(), f_.what->operands.end(), e) != f_.what->operands.end();
}

std::uint64_t artist::segment_base(unsigned n) const {
  if (bits_ == 16) return std::uint64_t{s_.before.selector[n]} << 4;
  if (n == 4) return s_.before.fs_base;
  if (n == 5) return s_.before.gs_base;
  return 0;
}

void artist::draw_state() {
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

std::uint64_t artist::stack_spot() {
  std::uint64_t at = stack_window.begin + 0x200 + chance_.below(0x1c00);
  if (chance_.one_in(6)) at = 0xd000 + chance_.below(16) - 8;
  return chance_.one_in(4) ? at : at & ~std::uint64_t{7};
}

std::uint64_t artist::data_spot(unsigned bytes) {
  if (chance_.one_in(4)) return 0x6000 - chance_.below(std::max(bytes, 1u) + 1);
  return data_window.begin + 0x400 + chance_.below(0x5f00);
}

std::uint64_t artist::code_spot() {
  return code_window.begin + chance_.below(code_window.end - code_window.begin - 16);
}

void artist::poke_at(std::uint64_t linear, std::uint64_t value, unsigned bytes) {
  for (unsigned n = 0; n < bytes; ++n) {
    s_.pokes.push_back({(linear + n) & (ram_bytes - 1), value >> (8 * n) & 0xff, 1});
  }
}

void artist::poke_target(std::uint64_t value, unsigned bytes, unsigned offset) {
  poke_at(target_ + offset, value, bytes);
}

void artist::draw_prefixes() {
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

void artist::finish() {
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

}  // namespace umbra::emucheck
