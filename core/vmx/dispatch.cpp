#include "core/vmx/dispatch.hpp"

#include <array>

#include <word/array.hpp>

#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx {

namespace {

using handler = next (*)(cpu&);
using enum x86::exit_reason;

// Where the processor checks privilege and mode itself, it has done so before the exit (SDM 26.1.1).

/// The guest's caches are the processor's, which keeps them coherent: there is nothing to write back. PAUSE is a hint.
constexpr x86::exit_reason of_no_effect[] = {invd, wbinvd, pause};

/// Instructions of features that no guest is told of, VMX to begin with. They exit whatever the controls say, or had
/// better not run.
constexpr x86::exit_reason not_offered[] = {getsec, vmclear, vmlaunch, vmptrld, vmptrst, vmread,  vmresume, vmwrite,
                                            vmxoff, vmxon,   mwait,    monitor, invept,  invvpid, xsetbv};

constexpr auto handlers = [] {
  std::array<handler, x86::exit_reason_limit> table{};
  const auto set = [&table](x86::exit_reason r, handler h) { table[static_cast<unsigned>(r)] = h; };
  set(exception_or_nmi, exits::exception_or_nmi);
  set(external_interrupt, exits::external_interrupt);
  set(triple_fault, exits::triple_fault);
  set(interrupt_window, exits::window);
  set(nmi_window, exits::window);
  set(cpuid, exits::cpuid);
  set(hlt, exits::hlt);
  set(invlpg, exits::invlpg);
  set(control_register, exits::control_register);
  set(debug_register, exits::debug_register);
  set(io, exits::io);
  set(rdmsr, exits::rdmsr);
  set(wrmsr, exits::wrmsr);
  set(monitor_trap_flag, exits::monitor_trap);
  set(rdpmc, exits::rdpmc);
  set(rdtsc, exits::rdtsc);
  set(vmcall, exits::vmcall);
  for (const x86::exit_reason r : of_no_effect) set(r, exits::without_effect);
  for (const x86::exit_reason r : not_offered) set(r, exits::not_offered);
  return table;
}();

}  // namespace

next dispatch(cpu& c, word reason) {
  if (has(reason, x86::exit_reason_field::entry_failed)) return exits::entry_failure(c);
  const word basic = field(reason, 0, x86::exit_reason_field::basic_bits);
  if (basic >= word{x86::exit_reason_limit}) return exits::unknown(c);
  if (const handler h = at(handlers, basic)) return h(c);
  return exits::unknown(c);
}

}  // namespace umbra::vmx
