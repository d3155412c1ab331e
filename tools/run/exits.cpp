#include "tools/run/exits.hpp"

#include <fmt/format.h>

#include <array>

#include "core/x86/event.hpp"
#include "core/x86/exception.hpp"
#include "tools/run/words.hpp"

namespace umbra::tools {

namespace {

using namespace x86;

struct named_reason {
  exit_reason which;
  const char* name;
};

constexpr named_reason reasons[] = {
    {exit_reason::exception_or_nmi, "exception or NMI"},
    {exit_reason::external_interrupt, "external interrupt"},
    {exit_reason::triple_fault, "triple fault"},
    {exit_reason::interrupt_window, "interrupt window"},
    {exit_reason::nmi_window, "NMI window"},
    {exit_reason::task_switch, "task switch"},
    {exit_reason::cpuid, "CPUID"},
    {exit_reason::hlt, "HLT"},
    {exit_reason::invd, "INVD"},
    {exit_reason::invlpg, "INVLPG"},
    {exit_reason::rdpmc, "RDPMC"},
    {exit_reason::rdtsc, "RDTSC"},
    {exit_reason::vmcall, "VMCALL"},
    {exit_reason::control_register, "control register"},
    {exit_reason::debug_register, "debug register"},
    {exit_reason::io, "I/O"},
    {exit_reason::rdmsr, "RDMSR"},
    {exit_reason::wrmsr, "WRMSR"},
    {exit_reason::mwait, "MWAIT"},
    {exit_reason::monitor_trap_flag, "monitor trap flag"},
    {exit_reason::monitor, "MONITOR"},
    {exit_reason::pause, "PAUSE"},
    {exit_reason::wbinvd, "WBINVD"},
    {exit_reason::xsetbv, "XSETBV"},
    {exit_reason::invalid_guest_state, "VM entry failed: invalid guest state"},
    {exit_reason::msr_loading, "VM entry failed: MSR loading"},
    {exit_reason::machine_check, "machine check"},
};

constexpr std::array general{"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
                             "R8",  "R9",  "R10", "R11", "R12", "R13", "R14", "R15"};

std::string exception_in_words(std::uint64_t vector) {
  static constexpr std::array names{"#DE", "#DB",      "NMI", "#BP", "#OF", "#BR", "#UD", "#NM",
                                    "#DF", "vector 9", "#TS", "#NP", "#SS", "#GP", "#PF", "vector 15",
                                    "#MF", "#AC",      "#MC", "#XM", "#VE", "#CP"};
  return vector < names.size() ? names[vector] : fmt::format("vector {}", vector);
}

/// SDM table 28-3.
std::string control_register_in_words(std::uint64_t q) {
  static constexpr std::array kinds{"MOV to", "MOV from", "CLTS", "LMSW"};
  const unsigned kind = q >> 4 & 3;
  if (kind == 2) return "CLTS";
  if (kind == 3) return fmt::format("LMSW of {:#x}", q >> 16 & 0xffff);
  return fmt::format("{} CR{}, {}", kinds[kind], q & 15, general[q >> 8 & 15]);
}

struct named_request {
  vmx::request_kind which;
  const char* name;
};

constexpr named_request requests[] = {
    {vmx::request_kind::none, "nothing"},
    {vmx::request_kind::unknown, "an exit that has no answer"},
    {vmx::request_kind::io, "port I/O"},
    {vmx::request_kind::mmio, "MMIO"},
    {vmx::request_kind::irq_window, "an interrupt can be taken"},
    {vmx::request_kind::debug, "a debug exception"},
    {vmx::request_kind::set_tpr, "a lower task priority"},
    {vmx::request_kind::hlt, "HLT"},
    {vmx::request_kind::shutdown, "shutdown"},
    {vmx::request_kind::fail_entry, "VM entry failed"},
};

std::string request_in_words(const vmx::request& r) {
  if (r.kind == vmx::request_kind::internal_error && r.error == vmx::internal_error::emulation) {
    if (r.instruction.table) return "a write to a table";
    if (r.instruction.address != 0) return fmt::format("MMIO at guest-physical {:#x}", r.instruction.address);
  }
  if (r.kind == vmx::request_kind::internal_error) return fmt::format("internal error {}", static_cast<int>(r.error));
  for (const named_request& each : requests) {
    if (each.which == r.kind) return each.name;
  }
  return fmt::format("request {}", static_cast<int>(r.kind));
}

}  // namespace

std::string event_in_words(std::uint64_t information, std::uint64_t error_code) {
  const std::uint64_t vector = information & 0xff;
  const auto type = static_cast<event_type>(information >> event_field::type_at & 7);
  const std::string code = (information & event_field::has_error_code) == 0 ? ""
                           : vector == vector_of(exception::page_fault) ? ", code " + error_code_in_words(error_code)
                                                                        : fmt::format(", code {:#x}", error_code);
  if (type == event_type::external_interrupt) return fmt::format("interrupt {}", vector);
  if (type == event_type::nmi) return "NMI";
  if (type == event_type::software_interrupt) return fmt::format("INT {:#x}", vector);
  return exception_in_words(vector) + code;
}

std::string reason_in_words(std::uint64_t reason) {
  for (const named_reason& r : reasons) {
    if (static_cast<std::uint64_t>(r.which) == reason) return r.name;
  }
  return fmt::format("reason {}", reason);
}

std::string exit_in_words(const machine::exit_information& why) {
  const auto reason = static_cast<exit_reason>(why.reason & 0xffff);
  if (reason == exit_reason::exception_or_nmi && (why.event & 0xff) == vector_of(exception::page_fault)) {
    return fmt::format("page fault at {:#x}, code {}", why.qualification, error_code_in_words(why.error_code));
  }
  std::string text = reason_in_words(why.reason & 0xffff);
  if (reason == exit_reason::control_register) {
    text = control_register_in_words(why.qualification);
  } else if (reason == exit_reason::exception_or_nmi) {
    text = event_in_words(why.event, why.error_code);
  } else if (why.qualification != 0) {
    text += fmt::format(", qualification {:#x}", why.qualification);
  }
  if ((why.vectoring_event & event_field::valid) != 0) {
    text += " in the delivery of " + event_in_words(why.vectoring_event, why.vectoring_error_code);
  }
  return text;
}

std::string answer_in_words(const fuzz::exit_event& e) {
  if (e.leaves) return "leave to the VMM: " + request_in_words(e.request);
  if (e.event.information == 0) return "resume";
  return "inject " + event_in_words(e.event.information, e.event.error_code);
}

}  // namespace umbra::tools
