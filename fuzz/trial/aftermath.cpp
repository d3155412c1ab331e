// What an instruction that has completed leaves beside its results: where execution goes on, single-step traps and
// interrupt shadows, and which ports it may have touched.
#include "core/x86/control.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/interruptibility.hpp"
#include "core/x86/segment.hpp"
#include "fuzz/trial/equipment.hpp"

namespace umbra::fuzz {

namespace {

using namespace x86;
using emulate::family;
using vcpu::segment_name;

unsigned long long ull(std::uint64_t value) { return value; }

bool canonical(std::uint64_t address) {
  const std::uint64_t top = address >> 47;
  return top == 0 || top == 0x1ffff;
}

template <class Kind>
bool is(const emulate::instruction& i, family f, Kind kind) {
  return i.what->family == f && i.what->kind == static_cast<unsigned>(kind);
}

/// MOV SS and POP SS; LSS has no shadow (SDM volume 3, section 6.8.3).
bool loads_ss(const emulate::instruction& i) {
  return (is(i, family::segment, emulate::segment_kind::load) || is(i, family::stack, emulate::stack_kind::pop)) &&
         i.operands[0].kind == emulate::operand_kind::segment &&
         i.operands[0].value == static_cast<unsigned>(segment_name::ss);
}

}  // namespace

bool laboratory::check_aftermath(const trial& t) {
  return !first_.completed() || (check_target() && check_shadow(t) && check_ports(t));
}

/// RIP is canonical in 64-bit mode, and elsewhere inside CS, or right behind it (SDM volume 3, section 5.3; volume 1,
/// 3.3.7.1).
bool laboratory::check_target() {
  const vcpu::segment& cs = first_.after.segments[segment_name::cs];
  const std::uint64_t rip = first_.after.general.rip;
  const bool wide = (cs.rights & segment_rights::long_mode) != 0 && (first_.efer & efer::lma) != 0;
  if (wide ? canonical(rip) : rip <= cs.limit + 1) return true;
  return fail(promise::state, "execution goes on at %#llx, CS's limit is %#llx", ull(rip), ull(cs.limit));
}

/// A trap follows if TF was set before; what loads SS puts it off, and an interrupt of real mode has cleared TF
/// (SDM volume 3, sections 6.8.3, 18.3.1.4 and 20.1.4). STI has a shadow if it has set IF.
bool laboratory::check_shadow(const trial& t) {
  const emulate::instruction& i = kit_->read.insn;
  const std::uint64_t before = before_.general.rflags, after = first_.after.general.rflags;
  const bool loads = loads_ss(i), interrupts = t.mode == trial_mode::real && i.what->family == family::interrupt;
  const bool trap = (before & rflags::tf) != 0 && !loads;
  if (first_.last.trap != trap && !interrupts) return fail(promise::state, "a single-step trap, or none: wrong");
  std::uint64_t shadow = loads ? interruptibility::by_mov_ss : 0;
  if (is(i, family::flags, emulate::flags_kind::sti) && (after & ~before & rflags::interrupt) != 0)
    shadow = interruptibility::by_sti;
  if (first_.after.blocking == shadow) return true;
  return fail(promise::state, "blocking is %#llx, not %#llx", ull(first_.after.blocking), ull(shadow));
}

/// Below IOPL and in virtual-8086 mode, each port has a bit in the task's map, and it is clear (SDM volume 1, section
/// 18.5.2).
bool laboratory::check_ports(const trial& t) {
  const std::uint64_t iopl = before_.general.rflags >> rflags::iopl_at & 3;
  if (t.mode == trial_mode::real || (t.mode != trial_mode::virtual8086 && t.cpl <= iopl)) return true;
  if (!maps_identically(t)) return true;
  // An instruction that has changed the map was judged by what it held before.
  constexpr std::uint64_t map_at = 0x66, longest_map = 0x10000 / 8;
  for (const changed_byte& c : first_.changes) {
    if (c.at >= tss_at && c.at < tss_at + tss_limit + longest_map) return true;
  }
  const machine::ram& ram = kit_->host.memory();
  const std::uint64_t task = machine::ram::address_of_frame(0) + tss_at;
  const std::uint64_t map = ram.load(task + map_at, 2);
  for (const device_item& item : first_.items) {
    if (item.space != io::space::port) continue;
    for (std::uint64_t port = item.address; port < item.address + item.bytes; ++port) {
      const std::uint64_t at = map + port / 8;
      if (at > tss_limit || (ram.load(task + at, 1) >> (port % 8) & 1) != 0)
        return fail(promise::user, "port %#llx, which the task may not use", ull(port));
    }
  }
  return true;
}

}  // namespace umbra::fuzz
