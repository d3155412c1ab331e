// Instructions that the emulator meets, and that exits have handlers for: these execute them.

#include "core/vmx/cpu.hpp"
#include "core/vmx/dispatch.hpp"
#include "core/x86/control.hpp"
#include "core/x86/exit_reason.hpp"

namespace umbra::vmx {

namespace {

x86::exit_reason exit_of(emulate::service s) {
  using enum x86::exit_reason;
  switch (s) {
    case emulate::service::cpuid:
      return cpuid;
    case emulate::service::rdmsr:
      return rdmsr;
    case emulate::service::wrmsr:
      return wrmsr;
    case emulate::service::rdtsc:
      return rdtsc;
    case emulate::service::rdpmc:
      return rdpmc;
    case emulate::service::invd:
      return invd;
    case emulate::service::wbinvd:
      return wbinvd;
    case emulate::service::monitor:
      return monitor;
    case emulate::service::mwait:
      return mwait;
    case emulate::service::xsetbv:
      return xsetbv;
    case emulate::service::vmcall:
      return vmcall;
    case emulate::service::rdtscp:
    case emulate::service::vmx:
      break;
  }
  return vmxon;  // any of those that no guest is offered stands for the others
}

/// What the processor checks before it exits (SDM 26.1.1). What it does not have is undefined at any privilege.
flag refused(emulate::service s, word cpl, word cr4) {
  switch (s) {
    case emulate::service::rdmsr:
    case emulate::service::wrmsr:
    case emulate::service::invd:
    case emulate::service::wbinvd:
      return cpl != word{0};
    case emulate::service::rdtsc:
      return both(cpl != word{0}, has(cr4, x86::cr4::tsd));
    default:
      return {};
  }
}

}  // namespace

next cpu::serve(const emulate::result& r) {
  if (refused(r.serve, cpl(), guest_.registers().cr4())) return refuse();
  served_length_ = r.length;
  const next n = dispatch(*this, word{static_cast<std::uint64_t>(exit_of(r.serve))});
  served_length_ = 0;
  return n;
}

}  // namespace umbra::vmx
