#include "core/vmx/dispatch.hpp"

#include <array>

#include <word/array.hpp>

#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx {

namespace {

using handler = next (*)(cpu&);

constexpr auto handlers = [] {
  using enum x86::exit_reason;
  std::array<handler, x86::exit_reason_limit> table{};
  const auto set = [&table](x86::exit_reason r, handler h) { table[static_cast<unsigned>(r)] = h; };
  set(exception_or_nmi, exits::exception_or_nmi);
  set(external_interrupt, exits::external_interrupt);
  set(triple_fault, exits::triple_fault);
  set(cpuid, exits::cpuid);
  set(hlt, exits::hlt);
  set(invlpg, exits::invlpg);
  set(control_register, exits::control_register);
  set(debug_register, exits::debug_register);
  set(io, exits::io);
  set(rdmsr, exits::rdmsr);
  set(wrmsr, exits::wrmsr);
  set(monitor_trap_flag, exits::monitor_trap);
  return table;
}();

}  // namespace

bool answers(x86::exit_reason r) { return handlers[static_cast<unsigned>(r)] != nullptr; }

next dispatch(cpu& c, word reason) {
  if (has(reason, x86::exit_reason_field::entry_failed)) return exits::entry_failure(c);
  const word basic = field(reason, 0, x86::exit_reason_field::basic_bits);
  if (basic < word{x86::exit_reason_limit}) {
    if (const handler h = at(handlers, basic)) return h(c);
  }
  return exits::unknown(c);
}

}  // namespace umbra::vmx
