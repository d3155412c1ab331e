// Basic exit reasons (SDM volume 3, appendix C), and the bits around them in the exit-reason field (SDM 25.9.1).
#pragma once

#include <cstdint>

namespace umbra::x86 {

enum class exit_reason : std::uint16_t {
  exception_or_nmi = 0,
  external_interrupt = 1,
  triple_fault = 2,
  init_signal = 3,
  startup_ipi = 4,
  io_smi = 5,
  other_smi = 6,
  interrupt_window = 7,
  nmi_window = 8,
  task_switch = 9,
  cpuid = 10,
  getsec = 11,
  hlt = 12,
  invd = 13,
  invlpg = 14,
  rdpmc = 15,
  rdtsc = 16,
  rsm = 17,
  vmcall = 18,
  vmclear = 19,
  vmlaunch = 20,
  vmptrld = 21,
  vmptrst = 22,
  vmread = 23,
  vmresume = 24,
  vmwrite = 25,
  vmxoff = 26,
  vmxon = 27,
  control_register = 28,
  debug_register = 29,
  io = 30,
  rdmsr = 31,
  wrmsr = 32,
  invalid_guest_state = 33,
  msr_loading = 34,
  mwait = 36,
  monitor_trap_flag = 37,
  monitor = 39,
  pause = 40,
  machine_check = 41,
  tpr_below_threshold = 43,
  apic_access = 44,
  virtualized_eoi = 45,
  gdtr_idtr = 46,
  ldtr_tr = 47,
  ept_violation = 48,
  ept_misconfiguration = 49,
  invept = 50,
  rdtscp = 51,
  preemption_timer = 52,
  invvpid = 53,
  wbinvd = 54,
  xsetbv = 55,
  apic_write = 56,
  rdrand = 57,
  invpcid = 58,
  vmfunc = 59,
  rdseed = 61,
  xsaves = 63,
  xrstors = 64,
};

/// One more than the highest basic exit reason that any processor has so far.
constexpr unsigned exit_reason_limit = 75;

namespace exit_reason_field {
constexpr unsigned basic_bits = 16;
constexpr std::uint64_t entry_failed = std::uint64_t{1} << 31;
}  // namespace exit_reason_field

}  // namespace umbra::x86
