// The language of the harness: what a guest, its VMM and its devices may do, one step at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "core/x86/features.hpp"

namespace umbra::fuzz {

/// The numbers are part of the raw format: never renumber, only add. Those from 20 on came with version 3.
enum class kind : std::uint8_t {
  read = 0,        ///< guest data read:  address, size, by
  write = 1,       ///< guest data write: address, size, value, by, bits = write_bits
  fetch = 2,       ///< guest instruction fetch: address, by
  cr0 = 3,         ///< MOV to CR0: value
  cr3 = 4,
  cr4 = 5,
  efer = 6,        ///< WRMSR IA32_EFER: value
  invlpg = 7,      ///< address
  slot = 8,        ///< set memory slot: index, address = base gfn, value = backing page, count = pages (0 deletes), bits = slot_bits
  alias = 9,       ///< set alias: index, address = base gfn, value = target gfn, count = pages (0 deletes)
  log = 10,        ///< dirty log of slot `index`: on if count != 0
  read_log = 11,   ///< read and clear the log of slot `index`
  reclaim = 12,    ///< ask for `count` free shadow pages
  zap_all = 13,
  vcpu = 14,       ///< go on as vCPU `index`; the other one stays in guest mode until it is kicked
  race = 15,       ///< arms a write that lands just before the count-th guest-memory read (0 = first) of the next op: who, address (gva for vcpu, gpa else), size, value
  poke = 16,       ///< VMM or device writes guest-physical memory behind the core's back: address, size, value
  patch = 17,      ///< VMM writes guest-physical memory through the core (write_physical): address, size, value
  speculate = 18,  ///< vCPU `index`'s processor walks and caches `address` of its own accord
  exhaust = 19,    ///< `count` reads, 2 MiB apart (a table each) from `address`, with AC set: drives the pool to its floor
  exit = 20,       ///< hardware reports an exit, possible or not: count = reason, value = qualification, index = instruction length, told
  field = 21,      ///< hardware or the guest leaves `value` in VMCS field `count`, of the guest-state area
  set = 22,        ///< the VMM sets a register of a vCPU, named by VMCS field or vmm_state `count`, to `value`
  general = 23,    ///< the guest loads general register `index` with `value`
  instruct = 24,   ///< the guest comes to what makes it exit for true: index = instruction, count = number, size, value, by
  complete = 25,   ///< the VMM answers what the vCPU asked for with `value`
  interrupt = 26,  ///< the VMM sends vector `index`
  nmi = 27,        ///< the VMM sends an NMI
};
constexpr unsigned kind_count = 28;

/// What makes a guest exit by itself, or what comes up while it runs.
enum class instruction : std::uint8_t {
  mov_to_cr = 0,    ///< number = register, value
  mov_from_cr = 1,  ///< number = register
  clts = 2,
  lmsw = 3,         ///< value
  mov_to_dr = 4,    ///< number = register, value
  mov_from_dr = 5,  ///< number = register
  cpuid = 6,        ///< number = EAX, value = ECX
  rdmsr = 7,        ///< number = MSR
  wrmsr = 8,        ///< number = MSR, value
  in = 9,           ///< number = port, size
  out = 10,         ///< number = port, size, value
  ins = 11,         ///< likewise; value = RCX, to be repeated unless 0
  outs = 12,
  hlt = 13,
  vmcall = 14,      ///< value = RAX
  vmx = 15,         ///< number = which of VMX's instructions
  rdtsc = 16,
  rdtscp = 17,
  rdpmc = 18,
  monitor = 19,
  mwait = 20,
  pause = 21,
  wbinvd = 22,
  invd = 23,
  xsetbv = 24,
  exception = 25,   ///< number = vector, value = error code
  window = 26,      ///< the guest can take an interrupt now
  interrupt = 27,   ///< an external interrupt of the host's
  nmi = 28,         ///< an NMI of the host's
  triple_fault = 29,
  task_switch = 30, ///< value = qualification
};
constexpr unsigned instruction_count = 31;

/// What else than a field of the VMCS `set` sets; the numbers are none of fields'. What comes of it is not followed by the
/// model: from then on, of a program's exits only that no harm comes of them is judged.
enum class vmm_state : std::uint32_t {
  task_priority = 0x1'0000,     ///< CR8
  interrupt_window = 0x1'0001,  ///< whether to leave once an interrupt can be taken
  events = 0x1'0002,            ///< value = vector, at 8 exception, at 9 with a code, at 12 NMIs, at 16 blocking, at 32 the code
  debug_registers = 0x1'0003,   ///< value = DR7, at 32 DR6
  guest_debug = 0x1'0004,       ///< value = steps, at 1 software breakpoints, at 2 hardware breakpoints; at 8 DR7
  cpuid = 0x1'0005,             ///< value = width of addresses, at 8 SMEP, SMAP, NX, long mode, 1-GiB pages, MCA, and what makes two rows others; at 16 how many rows
  msr = 0x1'0006,               ///< value = number, at 32 which of its bits to turn over
  msr_exits = 0x1'0007,         ///< whether to leave for MSRs that there are not
  fpu = 0x1'0008,               ///< the host takes the FPU back
  interrupts = 0x1'0009,        ///< value = which of four words, at 2 the vectors of it that wait
  probe = 0x1'000a,             ///< umbra is loaded on another processor: value = which control word, at 8 the bit that it lacks
};
constexpr std::uint32_t first_vmm_state = static_cast<std::uint32_t>(vmm_state::task_priority);
constexpr unsigned vmm_states = 11;

/// What else an exit tells (SDM 25.9.2 to 25.9.4).
struct told {
  std::uint32_t event = 0, error_code = 0, vectoring_event = 0, vectoring_error_code = 0, information = 0;
};

/// Who a racing write comes from.
enum class racer : std::uint8_t { vcpu = 0, vmm = 1, device = 2 };

/// How a guest access is made.
struct maker {
  std::uint8_t cpl = 0;   ///< 0 to 3
  bool ac = false;        ///< EFLAGS.AC
  bool implicit = false;  ///< an implicit supervisor access (descriptor table), whatever the CPL (SDM 4.6)
};

enum slot_bits : std::uint8_t { slot_read_only = 1, slot_logged = 2 };

/// `undecodable`: no emulator knows the instruction that writes.
enum write_bits : std::uint8_t { write_undecodable = 1 };

struct op {
  fuzz::kind kind = kind::read;
  std::uint8_t size = 8;    ///< bytes, 1 to 8
  std::uint8_t index = 0;
  std::uint8_t bits = 0;
  racer who = racer::vcpu;
  maker by{};
  std::uint32_t count = 0;
  std::uint64_t address = 0;
  std::uint64_t value = 0;
  fuzz::told told{};
};

/// The paging mode that vCPUs are brought to (by ordinary CR writes) before the first op.
enum class start : std::uint8_t { real = 0, paging_off = 1, bits32 = 2, pae = 3, level4 = 4 };

/// What is fixed before the first op.
struct setup {
  x86::features cpuid{};
  std::uint16_t shadow_pages = 64;
  std::uint8_t scene = 1;       ///< which image of guest tables memory starts with (fuzz/scene.hpp); 0 = zeros
  fuzz::start start = start::level4;
  bool wp = true, nxe = true, smep = false, smap = false, pse = true, pge = false;  ///< as far as the mode has them
};

struct program {
  fuzz::setup setup{};
  std::vector<op> ops;
};

}  // namespace umbra::fuzz
