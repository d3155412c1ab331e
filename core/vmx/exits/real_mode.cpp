// An exception while the guest runs in virtual-8086 mode for the sake of real mode. All of them exit there.

#include "core/vmx/exits/handlers.hpp"
#include "core/x86/event.hpp"

namespace umbra::vmx::exits {

namespace {

/// What virtual-8086 mode may refuse though real mode does not.
flag may_be_of_the_mode(const vcpu::event& e) {
  return either(e.is(x86::exception::protection), e.is(x86::exception::stack));
}

}  // namespace

next real_mode_exception(cpu& c, vcpu::event e) {
  next how{};
  if (may_be_of_the_mode(e) && c.emulate(how)) return how;
  // INT3 and INTO: the guest is to return behind them.
  if (e.type == word{static_cast<std::uint64_t>(x86::event_type::hardware_exception)}) {
    e.instruction_length = word{0};
  } else {
    e.instruction_length = c.vmcs().read<x86::vmcs::instruction_length>();
  }
  return c.raise(e);
}

}  // namespace umbra::vmx::exits
