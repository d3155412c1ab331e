// MOV to and from control and debug registers, SMSW, LMSW, CLTS, INVLPG, HLT, ARPL.

#include "core/emulate/system.hpp"
#include "core/emulate/families.hpp"
#include "core/emulate/width.hpp"
#include "core/vcpu/debug_registers.hpp"
#include "core/x86/canonical.hpp"

namespace umbra::emulate {

namespace {

using namespace x86;
using vcpu::segment_name;

/// Instructions for CPL 0 alone.
bool privileged(execution& x) { return x.env.cpl == word{0} || x.refuse(); }

bool from_control(execution& x) {
  const vcpu::control_registers& c = x.cpu().registers();
  const word number = x[1].value;
  word value = x.now.cr8;
  if (number == word{0}) value = c.cr0();
  if (number == word{2}) value = x.now.general.cr2;
  if (number == word{3}) value = c.cr3();
  if (number == word{4}) value = c.cr4();
  return x.write(x[0], value);
}

vcpu::mode_segments in_force(const vcpu::segments& s) {
  return vcpu::mode_segments::of(s[segment_name::cs].rights, s[segment_name::tr].rights);
}

bool to_control(execution& x) {
  const word number = x[0].value;
  word value;
  if (!x.read(x[1], value)) return false;
  bool taken = true;
  if (number == word{0}) taken = x.cpu().write_cr0(value, in_force(x.now.segments));
  if (number == word{2}) x.now.general.cr2 = value;
  if (number == word{3}) taken = x.cpu().write_cr3(value);
  if (number == word{4}) taken = x.cpu().write_cr4(value);
  if (number == word{8}) {
    if (!vcpu::valid_priority(value)) taken = false;
    x.now.cr8 = value;
  }
  return taken || x.refuse();
}

bool may_access_debug(execution& x, word number) {
  const flag extensions = has(x.cpu().registers().cr4(), cr4::de), privileged = x.env.cpl == word{0};
  switch (vcpu::may_move_debug(x.now, number, extensions, privileged)) {
    case vcpu::debug_move::done:
      return true;
    case vcpu::debug_move::undefined:
      return x.fault(exception::undefined);
    case vcpu::debug_move::refused:
      return x.refuse();
    case vcpu::debug_move::guarded:
      break;
  }
  x.fault(exception::debug);
  x.mem.stopped.event.dr6 = word{dr6::bd};
  return false;
}

bool from_debug(execution& x) {
  const word number = x[1].value;
  return may_access_debug(x, number) && x.write(x[0], vcpu::read_debug(x.now, number));
}

bool to_debug(execution& x) {
  const word number = x[0].value;
  word value;
  if (!may_access_debug(x, number) || !x.read(x[1], value)) return false;
  return vcpu::write_debug(x.now, number, value) || x.refuse();
}

/// LMSW sets PE, MP, EM and TS; it clears the last three alone.
bool load_status_word(execution& x) {
  constexpr std::uint64_t low = cr0::pe | cr0::mp | cr0::em | cr0::ts;
  word value;
  if (!x.read(x[0], value)) return false;
  const word old = x.cpu().registers().cr0();
  return x.cpu().write_cr0((old & word{~(low & ~cr0::pe)}) | (value & word{low})) || x.refuse();
}

bool clear_task_switched(execution& x) {
  return x.cpu().write_cr0(x.cpu().registers().cr0() & word{~cr0::ts}) || x.refuse();
}

/// Neither limits nor rights count, and an address that is not canonical does nothing (SDM 2A, "INVLPG").
bool invalidate_page(execution& x) {
  const segment_name s = x.insn.memory.segment;
  const bool based = !x.env.is64() || s == segment_name::fs || s == segment_name::gs;
  word where = x.offset() + (based ? x.now.segments[s].base : word{0});
  if (!x.env.is64()) where = truncate(where, 4);
  if (x86::canonical(where)) x.cpu().invlpg({where});
  return true;
}

bool halt(execution& x) {
  x.how.halts = true;
  return true;
}

/// SDM 2A, "ARPL".
bool adjust_rpl(execution& x) {
  word to, from;
  if (!x.read(x[1], from) || !x.modify(x[0], to)) return false;
  const flag raise = (to & word{selector::rpl}) < (from & word{selector::rpl});
  x.set_flags(word{rflags::zf}, when(raise, rflags::zf));
  const word raised = (to & ~word{selector::rpl}) | (from & word{selector::rpl});
  return x.write(x[0], select(raise, raised, to));
}

}  // namespace

bool execute_system(execution& x) {
  const auto kind = static_cast<system_kind>(x.insn.what->kind);
  switch (kind) {
    case system_kind::from_control:
      return privileged(x) && from_control(x);
    case system_kind::to_control:
      return privileged(x) && to_control(x);
    case system_kind::from_debug:
      return from_debug(x);
    case system_kind::to_debug:
      return to_debug(x);
    case system_kind::smsw:
      return x.write(x[0], x.cpu().registers().cr0());
    case system_kind::lmsw:
      return privileged(x) && load_status_word(x);
    case system_kind::clts:
      return privileged(x) && clear_task_switched(x);
    case system_kind::invlpg:
      return privileged(x) && invalidate_page(x);
    case system_kind::hlt:
      return privileged(x) && halt(x);
    case system_kind::arpl:
      return adjust_rpl(x);
    case system_kind::lgdt:
    case system_kind::lidt:
    case system_kind::lldt:
    case system_kind::ltr:
      return privileged(x) && execute_table(x, kind);
    default:
      return execute_table(x, kind);
  }
}

}  // namespace umbra::emulate
