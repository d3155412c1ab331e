// What a vCPU asks of its VMM when it leaves to userspace, in terms that the host's ABI can take over.
#pragma once

#include <word/word.hpp>

namespace umbra::vmx {

enum class request_kind : unsigned char {
  none,
  unknown,         ///< an exit that umbra has no answer to; `reason` is the hardware's
  io,              ///< port I/O: `io`; cpu::complete_in() takes what an IN is to read
  set_tpr,         ///< the guest has lowered its task priority (CR8): an interrupt that was held back may be due
  hlt,             ///< the guest waits for an interrupt
  shutdown,        ///< triple fault, or no root table in memory
  fail_entry,      ///< the processor refused to enter: `reason` says why
  internal_error,  ///< umbra cannot go on with this guest: `error`
};

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
    flag in{};
    word bytes{}, port{};
    word data{};  ///< of an OUT
  } io{};
};

}  // namespace umbra::vmx
