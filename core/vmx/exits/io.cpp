// IN, OUT, INS and OUTS (SDM table 28-5). What the processor lets through to an exit, the guest may do: it has checked
// IOPL and the task's I/O map before (SDM 26.1.1).

#include "core/vmx/exits/handlers.hpp"

namespace umbra::vmx::exits {

namespace {

constexpr unsigned size_bits = 3, port_at = 16, port_bits = 16;
constexpr std::uint64_t in = 1u << 3, string = 1u << 4;

/// 0 stands for a byte, 1 for a word, 3 for a doubleword.
unsigned bytes_of(word qualification) {
  const word size = field(qualification, 0, size_bits);
  if (size == word{0}) return 1;
  if (size == word{1}) return 2;
  return 4;
}

}  // namespace

next io(cpu& c) {
  const word q = c.vmcs().read<x86::vmcs::exit_qualification>();
  if (has(q, string)) {
    // Where the items are in memory, how many and in which direction: all of it is the instruction's to say.
    next how{};
    return c.emulate(how) ? how : c.leave(internal_error::emulation);
  }
  const word port = field(q, port_at, port_bits);
  return has(q, in) ? c.input(port, bytes_of(q)) : c.output(port, bytes_of(q));
}

}  // namespace umbra::vmx::exits
