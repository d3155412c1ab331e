// The mode that an instruction executes in. It is settled before the instruction and does not change under it.
#pragma once

#include "core/emulate/instruction.hpp"
#include "core/vcpu/register_set.hpp"
#include "core/x86/control.hpp"
#include "core/x86/segment.hpp"

namespace umbra::emulate {

enum class cpu_mode : unsigned char {
  real,
  virtual8086,
  protect,  ///< protected mode, or compatibility mode
  long64,   ///< 64-bit mode
};

struct environment {
  cpu_mode mode = cpu_mode::real;
  bool long_mode = false;    ///< EFER.LMA: 64-bit mode or compatibility mode
  unsigned code_bits = 16;   ///< 16, 32 or 64
  unsigned stack_bytes = 2;  ///< of the stack pointer: 2, 4 or 8
  word cpl{};
  word iopl{};
  flag user{};  ///< CPL 3

  /// Segments are what their selectors say, without descriptors.
  bool flat_selectors() const { return mode == cpu_mode::real || mode == cpu_mode::virtual8086; }
  bool is64() const { return mode == cpu_mode::long64; }
  code_mode code() const { return {code_bits, !flat_selectors()}; }
};

/// `cr0` and `efer` are the guest's.
inline environment environment_of(const vcpu::register_set& r, word cr0, word efer) {
  using namespace x86;
  using vcpu::segment_name;
  environment e;
  const vcpu::segment& cs = r.segments[segment_name::cs];
  const vcpu::segment& ss = r.segments[segment_name::ss];
  e.iopl = field(r.general.rflags, rflags::iopl_at, 2);
  if (!has(cr0, cr0::pe)) {
    e.mode = cpu_mode::real;
  } else if (has(r.general.rflags, rflags::vm)) {
    e.mode = cpu_mode::virtual8086;
    e.cpl = word{3};
  } else {
    e.mode = cpu_mode::protect;
    e.cpl = field(ss.rights, segment_rights::dpl_at, 2);
    e.long_mode = static_cast<bool>(has(efer, efer::lma));
    if (e.long_mode && has(cs.rights, segment_rights::long_mode)) {
      e.mode = cpu_mode::long64;
      e.code_bits = 64;
      e.stack_bytes = 8;
    }
  }
  e.user = e.cpl == word{3};
  // The D and B bits count in real mode, too: they are what the last descriptor said.
  if (!e.is64() && e.mode != cpu_mode::virtual8086) {
    if (has(cs.rights, segment_rights::big)) e.code_bits = 32;
    if (has(ss.rights, segment_rights::big)) e.stack_bytes = 4;
  }
  return e;
}

}  // namespace umbra::emulate
