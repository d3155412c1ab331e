// One instruction in flight. Executors work on `now`, a copy of the registers that becomes the vCPU's when all has gone
// well.
//
// A function that returns false has stopped the instruction; outside::stopped says how.
#pragma once

#include "core/emulate/instruction.hpp"
#include "core/emulate/outside.hpp"

namespace umbra::emulate {

/// How an instruction ends, beside the registers.
struct ending {
  bool finished = true;      ///< false: a string instruction is to go on, with RIP where it was
  bool halts = false;        ///< HLT
  bool resume_flag = false;  ///< the instruction has set RF to what it is to be
  bool traps = true;         ///< a single-step trap may follow
};

class execution {
 public:
  /// `now` becomes a copy of the vCPU's registers.
  execution(const instruction& i, const environment& e, outside& m, vcpu::register_set& now);

  const instruction& insn;
  const environment& env;
  outside& mem;
  vcpu::register_set& now;
  ending how;

  vcpu::vcpu& cpu() { return mem.cpu(); }
  bool fault(x86::exception v) { return mem.fault(v); }
  bool fault(x86::exception v, word code) { return mem.fault(v, code); }
  /// #GP(0).
  bool refuse() { return mem.fault(x86::exception::protection, word{0}); }
  bool stop(verdict v);

  // --- operands ---

  const operand& operator[](unsigned n) const { return insn.operands[n]; }
  /// The segment register that an operand names.
  static vcpu::segment_name segment_of(const operand&);
  /// The offset of the operand in memory, within its segment.
  word offset() const;
  /// Moves it.
  void displace(word by) { displaced_ = by; }
  bool read(const operand&, word& value);
  /// Reads what is going to be written: memory must be writable.
  bool modify(const operand&, word& value);
  /// Writes an operand, modify() before or not. `lock`: only if memory still holds what modify() read.
  bool write(const operand&, word value, bool lock = false);

  /// Reads a far pointer from the operand in memory.
  bool read_far(word& selector, word& offset);

  word general(unsigned number, unsigned bytes) const;
  /// Writes a general register: 4 bytes clear the upper half, 1 and 2 leave the rest alone (SDM volume 1, 3.4.1.1).
  void set_general(word number, word value, unsigned bytes);

  // --- flags ---

  flag flag_set(std::uint64_t mask) const { return has(now.general.rflags, mask); }
  void set_flags(word mask, word value) { now.general.rflags = (now.general.rflags & ~mask) | (value & mask); }
  /// What POPF and IRET may change (SDM 2B, "POPF").
  word writable_flags() const;
  word carry() const { return now.general.rflags & word{x86::rflags::cf}; }

  // --- control flow ---

  /// Goes on at an offset in CS: of the operand's size, inside the segment, or canonical.
  bool jump(word target);

  // --- stack ---

  word stack_offset() const { return general(vcpu::general::rsp, env.stack_bytes); }
  void move_stack(word delta) { set_stack(stack_offset() + delta); }
  void set_stack(word offset);
  bool push(word value, unsigned bytes);
  bool pop(word& value, unsigned bytes);

 private:
  word general_of(const operand&) const;
  bool find(const operand&, outside::intent, extent&);

  word displaced_{};
  extent target_{};  ///< of the operand that modify() has found
  word expected_{};  ///< what it held
  bool targeted_ = false;
};

/// The conditions of Jcc, SETcc and CMOVcc (SDM volume 1, appendix B).
flag condition_holds(unsigned code, word rflags);

}  // namespace umbra::emulate
