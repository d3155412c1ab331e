// Hypercalls, by KVM's convention (the kernel's virt/kvm/x86/hypercalls.rst): the number in RAX, up to four arguments
// in RBX, RCX, RDX and RSI, the result in RAX, 0 or a negative error.

#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

namespace {

/// "Are there interrupts for me?" To leave and come back is the answer.
constexpr std::uint64_t poll_interrupts = 1;

constexpr word not_permitted = ~word{1} + 1, no_such_call = ~word{1000} + 1;

}  // namespace

next vmcall(cpu& c) {
  using namespace vcpu::general;
  const flag wide = c.in_64_bit_code();
  vcpu::general_registers& g = c.guest().general();
  const auto argument = [&](unsigned n) { return select(wide, g.get(word{n}), g.get_32(word{n})); };
  const auto answer = [&](word value) { g.set(word{rax}, select(wide, value, field(value, 0, 32))); };
  request r{.kind = request_kind::hypercall};
  r.hypercall = {.number = argument(rax),
                 .arguments = {argument(rbx), argument(rcx), argument(rdx), argument(rsi)},
                 .long_mode = wide};
  ++c.counters().hypercalls;
  c.advance();
  // Only a kernel may speak for its guest.
  if (c.cpl() != word{0}) {
    answer(not_permitted);
    return next::run;
  }
  if (r.hypercall.number == word{poll_interrupts}) {
    answer(word{0});
    return next::run;
  }
  // Unless the VMM says otherwise.
  answer(no_such_call);
  return c.await_hypercall(r);
}

}  // namespace umbra::vmx::exits
