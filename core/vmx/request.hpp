// What a vCPU asks of its VMM when it leaves to userspace, in terms that the host's ABI can take over.
#pragma once

#include <array>

#include <word/word.hpp>

namespace umbra::vmx {

enum class request_kind : unsigned char {
  none,
  unknown,         ///< an exit that umbra has no answer to; `reason` is the hardware's
  io,              ///< port I/O: cpu::io() says what
  mmio,            ///< an access to guest-physical memory that no slot backs for it: cpu::io() says what
  rdmsr,           ///< the guest reads an MSR that only the VMM may know: `msr`, and cpu::answer_msr()
  wrmsr,           ///< likewise, or writes one
  set_tpr,         ///< the guest has lowered its task priority (CR8): an interrupt that was held back may be due
  hlt,             ///< the guest waits for an interrupt
  irq_window,      ///< the guest can take an external interrupt now, as the VMM has asked to be told
  debug,           ///< something that the VMM, who debugs its guest, has asked for: `debug`
  shutdown,        ///< triple fault, or no root table in memory
  fail_entry,      ///< the processor refused to enter: `reason` says why
  internal_error,  ///< umbra cannot go on with this guest: `error`
  hypercall,       ///< VMCALL with a number that is the VMM's: `hypercall`, and cpu::answer_hypercall()
};
constexpr unsigned request_kinds = static_cast<unsigned>(request_kind::hypercall) + 1;

enum class internal_error : unsigned char {
  none,
  emulation,  ///< an instruction would have to be emulated, and cannot be
  delivery,   ///< an event was being delivered that umbra never gave the guest
  unsound,    ///< hardware reported what must not happen on umbra's tables
};

struct request {
  request_kind kind = request_kind::none;
  word reason{};  ///< the exit-reason field; for an entry that failed early, the VM-instruction error (SDM 31.4)
  internal_error error = internal_error::none;
  struct {
    word vector{};      ///< #DB or #BP
    word pc{};          ///< linear
    word dr6{}, dr7{};  ///< what came up, and what the guest ran with
  } debug{};
  struct {
    word number{};
    std::array<word, 4> arguments{};
    flag long_mode{};  ///< made by 64-bit code
  } hypercall{};
  /// What internal_error::emulation is about, if it comes of a page fault.
  struct {
    bool table = false;  ///< it writes to a table that is shadowed; else it reaches for what is not memory
    word address{};      ///< guest-physical, of what is not memory
  } instruction{};
  struct {
    word number{}, value{};  ///< what is written
  } msr{};
};

}  // namespace umbra::vmx
