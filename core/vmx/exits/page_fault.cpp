#include "core/x86/page_fault.hpp"
#include "core/vmx/exits/handlers.hpp"
#include "core/x86/event.hpp"

namespace umbra::vmx::exits {

namespace {

mmu::access access_of(cpu& c, word error_code) {
  namespace bit = x86::page_fault;
  mmu::access by;
  by.user = has(error_code, bit::user);
  by.write = has(error_code, bit::write);
  by.fetch = has(error_code, bit::fetch);
  // A supervisor's access at CPL 3 is an implicit one, which EFLAGS.AC does not excuse (SDM 4.6.1).
  const flag implicit = both(negate(by.user), c.cpl() == word{3});
  by.ac = both(has(c.guest().general().rflags, x86::rflags::ac), negate(either(by.user, implicit)));
  return by;
}

/// Nobody here can execute the instruction, so hardware is to do it, on tables that protect its target no longer.
mmu::outcome let_hardware_write(cpu& c, gva where, const mmu::access& by) {
  if (c.retries().may_retry(c.guest().general())) return c.guest().unprotect(where, by);
  return {.next = mmu::verdict::emulate};
}

/// Nobody here can execute the instruction.
next give_up(cpu& c, const mmu::outcome& missed) {
  return c.leave({.kind = request_kind::internal_error,
                  .error = internal_error::emulation,
                  .instruction = {.table = missed.next == mmu::verdict::emulate, .address = missed.address.value}});
}

next inject(cpu& c, const mmu::outcome& fault) {
  c.guest().general().cr2 = fault.fault.value;
  return c.raise(vcpu::event::exception(x86::exception::page_fault, fault.error_code));
}

}  // namespace

next page_fault(cpu& c) {
  using enum x86::vmcs;
  const word error_code = c.vmcs().read<exit_error_code>();
  // No shadow entry has a reserved bit set, and what is fetched is not written.
  const flag fetched_and_written =
      both(has(error_code, x86::page_fault::fetch), has(error_code, x86::page_fault::write));
  if (either(has(error_code, x86::page_fault::reserved), fetched_and_written)) return c.leave(internal_error::unsound);
  const gva where{c.vmcs().read<exit_qualification>()};
  const mmu::access by = access_of(c, error_code);
  mmu::outcome out = c.guest().page_fault(where, by);
  if (out.next == mmu::verdict::emulate || out.next == mmu::verdict::mmio) {
    next how{};
    if (c.emulate(how)) return how;
  }
  if (c.executor() != executor::nobody && out.next == mmu::verdict::emulate) out = let_hardware_write(c, where, by);
  switch (out.next) {
    case mmu::verdict::resume:
    case mmu::verdict::retry:
      return next::run;
    case mmu::verdict::inject:
      return inject(c, out);
    case mmu::verdict::shutdown:
      return c.leave({.kind = request_kind::shutdown});
    case mmu::verdict::emulate:
    case mmu::verdict::mmio:
      break;
  }
  return give_up(c, out);
}

}  // namespace umbra::vmx::exits
