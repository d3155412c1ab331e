// What lies on the stack, and where branches go.

#include "core/x86/flags.hpp"
#include "fuzz/emulator/artist.hpp"
#include "fuzz/emulator/generator.hpp"
#include "fuzz/emulator/layout.hpp"

namespace umbra::emucheck {

using namespace emulate;
using namespace vcpu::general;
namespace rflags = x86::rflags;

void artist::draw_stack() {
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

void artist::draw_branch() {
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

void artist::draw_far_branch() {
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

}  // namespace umbra::emucheck
