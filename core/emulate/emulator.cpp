#include "core/emulate/emulator.hpp"

#include "core/emulate/decoder.hpp"
#include "core/emulate/families.hpp"

namespace umbra::emulate {

namespace {

/// What an event of real mode is to the executors.
constexpr opcode delivery = op(family::interrupt, interrupt_kind::number);

bool execute(execution& x) {
  switch (x.insn.what->family) {
    case family::arithmetic:
      return execute_arithmetic(x);
    case family::unary:
      return execute_unary(x);
    case family::multiply:
      return execute_multiply(x);
    case family::shift:
      return execute_shift(x);
    case family::double_shift:
      return execute_double_shift(x);
    case family::decimal:
      return execute_decimal(x);
    case family::move:
      return execute_move(x);
    case family::extend:
      return execute_extend(x);
    case family::exchange:
      return execute_exchange(x);
    case family::condition:
      return execute_condition(x);
    case family::bit_test:
      return execute_bit_test(x);
    case family::bit_scan:
      return execute_bit_scan(x);
    case family::stack:
      return execute_stack(x);
    case family::string:
      return execute_string(x);
    case family::port:
      return execute_port(x);
    case family::branch:
      return execute_branch(x);
    case family::far_branch:
      return execute_far_branch(x);
    case family::interrupt:
      return execute_interrupt(x);
    case family::flags:
      return execute_flags(x);
    case family::system:
      return execute_system(x);
    case family::segment:
      return execute_segment(x);
    case family::nothing:
      return true;
    case family::service:
      x.mem.stopped.serve = static_cast<service>(x.insn.what->kind);
      return x.stop(verdict::elsewhere);
    case family::undefined:
    case family::unsupported:
    case family::prefix:
    case family::group:
    case family::subgroup:
      break;
  }
  UMBRA_ASSERT(false);  // the decoder lets none of these through
  return x.stop(verdict::unsupported);
}

}  // namespace

/// Nothing of an earlier instruction stays.
void emulator::begin() {
  const vcpu::control_registers& c = memory_.cpu().registers();
  env_ = environment_of(memory_.cpu().state(), c.cr0(), c.efer());
  waiting_ = false;
  left_ = patience;
  memory_.start(env_);
}

result emulator::deliver(word vector, word length) {
  begin();
  UMBRA_ASSERT(env_.mode == cpu_mode::real);
  insn_ = {};
  insn_.what = &delivery;
  insn_.operands[0].value = vector;
  while (insn_.length < longest_instruction && word{insn_.length} != length) ++insn_.length;
  return run();
}

result emulator::step() {
  begin();
  if (!decode_here()) return stop();
  memory_.start(env_);  // what was learnt of the code is in `insn_`
  return run();
}

bool emulator::decode_here() {
  code_bytes code;
  // Each round adds a byte at least, and no instruction has more than 15.
  for (unsigned round = 0; round < longest_instruction; ++round) {
    if (!memory_.fetch(code)) return false;
    switch (decode(code, env_.code(), insn_)) {
      case decoding::complete:
        return true;
      case decoding::more:
        break;
      case decoding::too_long:
        return memory_.fault(x86::exception::protection, word{0});
      case decoding::undefined:
        return memory_.fault(x86::exception::undefined);
      case decoding::unsupported:
        memory_.stopped.next = verdict::unsupported;
        return false;
    }
  }
  UMBRA_ASSERT(false);  // 15 bytes are complete, or too many
  return memory_.fault(x86::exception::protection, word{0});
}

/// Executes until the instruction is finished, has to stop, or has had its share.
result emulator::run() {
  while (true) {
    execution x(insn_, env_, memory_, next_);
    if (!execute(x)) return stop();
    how_ = x.how;
    const result r = complete();
    if (r.next != verdict::again || r.trap || memory_.stopped.next != verdict::done) return r;
    if (--left_ == 0) return r;
    memory_.start(env_);
  }
}

result emulator::stop() {
  waiting_ = memory_.stopped.next == verdict::device;
  return memory_.stopped;
}

/// Performs what was put off, and then lets the registers change.
result emulator::complete() {
  if (!memory_.perform()) return stop();
  vcpu::register_set& now = memory_.cpu().state();
  result r;
  r.trap = both(flag{how_.traps}, both(has(now.general.rflags, x86::rflags::tf),
                                       negate(has(next_.blocking, x86::interruptibility::by_mov_ss))));
  r.lowers_priority = next_.cr8 < now.cr8;
  if (how_.finished) {
    if (!how_.resume_flag) next_.general.rflags = next_.general.rflags & word{~x86::rflags::rf};
    r.next = how_.halts ? verdict::halted : verdict::done;
  } else {
    next_.general.rip = now.general.rip;
    r.next = verdict::again;
  }
  now = next_;
  return r;
}

result emulator::finish() {
  UMBRA_ASSERT(waiting_);
  waiting_ = false;
  left_ = patience;
  if (!memory_.performing()) {
    memory_.answered();
    memory_.restart();
    return run();
  }
  memory_.stopped = {};
  // Userspace may have set it meanwhile, and no instruction that waits does.
  next_.cr8 = memory_.cpu().state().cr8;
  const result r = complete();
  if (r.next != verdict::again || r.trap || memory_.stopped.next != verdict::done) return r;
  memory_.start(env_);
  return run();
}

}  // namespace umbra::emulate
