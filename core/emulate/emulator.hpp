// Executes guest instructions, one at a time, for one vCPU.
//
// An instruction either completes, or ends in a fault and has changed nothing, or waits for userspace. While it waits,
// the vCPU's registers are those before the instruction, and nothing that it has done will be done again.
#pragma once

#include "core/emulate/execution.hpp"
#include "core/emulate/outside.hpp"

namespace umbra::emulate {

class emulator {
 public:
  /// Items of one string instruction that a call executes at most; then it returns `again`.
  static constexpr unsigned patience = 256;

  emulator(vcpu::vcpu& cpu, io::bus& bus) : memory_(cpu, bus) {}

  /// Executes the instruction at CS:RIP.
  result step();

  /// Delivers an event of real mode, through the interrupt vector table, as an INT of this length does. It returns to
  /// behind the instruction at CS:RIP that is so long, or to that very instruction if it is 0.
  result deliver(word vector, word length);

  /// What userspace has to do after `device`: put the items that it reads into request().data, or take those that are
  /// there.
  io::request& request() { return memory_.request; }
  /// It has done so. The instruction goes on, and may ask again.
  result finish();
  /// Whether finish() is due.
  bool waiting() const { return waiting_; }
  /// Drops an instruction that waits; the vCPU stays as it was before. What devices were told remains told.
  void forget() { waiting_ = false; }

 private:
  void begin();
  bool decode_here();
  result run();
  result stop();
  result complete();

  outside memory_;
  environment env_{};
  instruction insn_{};
  vcpu::register_set next_{};  ///< what the registers become once all is performed
  ending how_{};
  unsigned left_ = 0;  ///< items that this call may still execute
  bool waiting_ = false;
};

}  // namespace umbra::emulate
