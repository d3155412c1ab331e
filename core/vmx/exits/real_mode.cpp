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

next real_mode_exception(cpu& c, const vcpu::event& e) {
  // INT n, which hardware may refuse as an instruction or in its delivery. That is made by software, and meets what it
  // meets.
  if (c.guest().events().pending()) return next::run;
  next how{};
  if (may_be_of_the_mode(e) && c.emulate(how)) return how;
  return c.raise(e);
}

}  // namespace umbra::vmx::exits
