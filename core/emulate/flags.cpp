// CLC, STC, CMC, CLD, STD, CLI, STI, LAHF, SAHF, CLAC, STAC.

#include "core/emulate/families.hpp"

namespace umbra::emulate {

namespace {

using namespace x86;
using vcpu::general::rax;

constexpr std::uint64_t in_ah = rflags::sf | rflags::zf | rflags::af | rflags::pf | rflags::cf;

/// Whether IF may be changed (SDM 2A, "CLI"); the virtual flag of VME and PVI is not offered.
bool may_mask_interrupts(execution& x) {
  if (x.env.cpl <= x.env.iopl) return true;
  const word cr4 = x.cpu().registers().cr4();
  const std::uint64_t virtual_flag = x.env.mode == cpu_mode::virtual8086 ? cr4::vme : cr4::pvi;
  if (has(cr4, virtual_flag) && x.env.user) return x.stop(verdict::unsupported);
  return x.refuse();
}

bool change_interrupts(execution& x, bool on) {
  if (!may_mask_interrupts(x)) return false;
  // Interrupts stay blocked for one more instruction if they were masked before (SDM 2B, "STI").
  if (on && negate(x.flag_set(rflags::interrupt))) x.now.blocking = x.now.blocking | word{interruptibility::by_sti};
  x.set_flags(word{rflags::interrupt}, word{on ? rflags::interrupt : 0});
  return true;
}

bool change_ac(execution& x, bool on) {
  if (either(x.env.cpl != word{0}, negate(x.cpu().registers().features().smap))) return x.fault(exception::undefined);
  x.set_flags(word{rflags::ac}, word{on ? rflags::ac : 0});
  return true;
}

bool assign(execution& x, std::uint64_t mask, word value) {
  x.set_flags(word{mask}, value);
  return true;
}

}  // namespace

bool execute_flags(execution& x) {
  switch (static_cast<flags_kind>(x.insn.what->kind)) {
    case flags_kind::clc:
      return assign(x, rflags::cf, word{0});
    case flags_kind::stc:
      return assign(x, rflags::cf, word{rflags::cf});
    case flags_kind::cmc:
      return assign(x, rflags::cf, ~x.now.general.rflags);
    case flags_kind::cld:
      return assign(x, rflags::df, word{0});
    case flags_kind::std:
      return assign(x, rflags::df, word{rflags::df});
    case flags_kind::cli:
      return change_interrupts(x, false);
    case flags_kind::sti:
      return change_interrupts(x, true);
    case flags_kind::sahf:
      return assign(x, in_ah, x.general(rax, 2) >> 8);
    case flags_kind::lahf:
      x.set_general(word{rax},
                    (x.general(rax, 1)) | (((x.now.general.rflags & word{in_ah}) | word{rflags::fixed}) << 8), 2);
      return true;
    case flags_kind::clac:
      return change_ac(x, false);
    case flags_kind::stac:
      return change_ac(x, true);
  }
  return true;
}

}  // namespace umbra::emulate
