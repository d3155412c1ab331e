// VM entries and exits: the production path from what hardware reports to what the guest, or its VMM, sees of it.
#include "core/x86/control.hpp"
#include "core/x86/event.hpp"
#include "core/x86/segment.hpp"
#include "fuzz/world/world.hpp"

namespace umbra::fuzz {

namespace {

using ull = unsigned long long;
using enum x86::vmcs;
namespace rights = x86::segment_rights;

constexpr std::uint64_t flat_limit = 0xffff'ffff;
constexpr std::uint64_t flat_code =
    rights::present | rights::code_or_data | rights::code | rights::writable | rights::accessed | rights::granularity;
constexpr std::uint64_t flat_data =
    rights::present | rights::code_or_data | rights::writable | rights::accessed | rights::granularity | rights::big;
constexpr std::uint64_t code_selector = 0x08, data_selector = 0x10, task_selector = 0x20;

constexpr x86::vmcs nth(x86::vmcs of_es, unsigned n) {
  return static_cast<x86::vmcs>(static_cast<std::uint32_t>(of_es) + 2 * n);
}

bool alike(const machine::injection& a, const machine::injection& b) {
  if (a.information != b.information) return false;
  if (has(a.information, x86::event_field::has_error_code) && a.error_code != b.error_code) return false;
  const auto type = static_cast<x86::event_type>(field(a.information, x86::event_field::type_at, 3));
  const bool by_instruction = type == x86::event_type::software_interrupt ||
                              type == x86::event_type::privileged_exception ||
                              type == x86::event_type::software_exception;
  return !by_instruction || a.instruction_length == b.instruction_length;
}

}  // namespace

/// The guest has loaded segments that cover everything, at whatever privilege.
void world::flatten(unsigned id) {
  machine::processor& cpu = machine_->cpu(id);
  constexpr unsigned cs = 1, ss = 2, plain_segments = 6;
  for (unsigned n = 0; n < plain_segments; ++n) {
    const std::uint64_t rpl = n == cs || n == ss ? 0 : 3;
    cpu.inform(nth(guest_es_selector, n), (n == cs ? code_selector : data_selector) | rpl);
    cpu.inform(nth(guest_es_base, n), 0);
    cpu.inform(nth(guest_es_limit, n), flat_limit);
    cpu.inform(nth(guest_es_rights, n), (n == cs ? flat_code | rights::big : flat_data) | rpl << rights::dpl_at);
  }
  cpu.inform(guest_ldtr_selector, 0);
  cpu.inform(guest_ldtr_rights, rights::unusable);
  cpu.inform(guest_tr_selector, task_selector);
  cpu.inform(guest_tr_limit, 0x67);
  cpu.inform(guest_tr_rights, rights::present | rights::busy_32_bit_tss);
}

bool world::in_long_mode(unsigned id) const { return has(registers_[id].efer, x86::efer::lma); }

/// The guest, as it is when an instruction makes it exit: at which privilege it runs, and in which kind of code.
void world::pose(unsigned id, const maker& by, bool code64) {
  machine::processor& cpu = machine_->cpu(id);
  // Real mode has one privilege and no descriptors.
  if (has(registers_[id].cr0, x86::cr0::pe)) {
    const std::uint64_t cpl = by.cpl;
    cpu.inform(guest_cs_selector, code_selector | cpl);
    cpu.inform(guest_cs_rights, flat_code | cpl << rights::dpl_at | (code64 ? rights::long_mode : rights::big));
    cpu.inform(guest_ss_selector, data_selector | cpl);
    cpu.inform(guest_ss_rights, flat_data | cpl << rights::dpl_at);
  }
  // Whether an access is implicit shows only at CPL 3; elsewhere the guest keeps AC clear for it.
  const bool ac = by.ac && (!by.implicit || by.cpl == 3);
  const std::uint64_t flags = cpu.read_register(guest_rflags);
  cpu.inform(guest_rflags, (flags & ~x86::rflags::ac) | when(ac, x86::rflags::ac));
}

/// The guest comes to another instruction: no two of one program look alike to whoever counts tries.
void world::proceed(unsigned id) {
  constexpr std::uint64_t code = 0x1000, code_bytes = 0x4000;
  const std::uint64_t rip = code + ++instructions_ % code_bytes;
  if (machine_->cpu(id).in_guest()) {
    machine_->cpu(id).inform(guest_rip, rip);
  } else {
    vcpus_[id]->guest().general().rip = rip;
  }
}

std::uint64_t world::rip_of(unsigned id) const {
  const machine::processor& cpu = machine_->cpu(id);
  return cpu.in_guest() ? cpu.read_register(guest_rip) : guest(id).general().rip;
}

/// Gets a vCPU into guest mode. False: it is not; `out`, or a finding, says why.
bool world::enter(unsigned id, ending& out) {
  machine::processor& cpu = machine_->cpu(id);
  if (cpu.in_guest()) return true;
  vmx::cpu& v = *vcpus_[id];
  if (cpu.take_kick() && v.exited(true) != vmx::next::run) {
    fail("I16", "vCPU %u leaves to its VMM (request %u) after an interrupt by the host", id,
         static_cast<unsigned>(v.request().kind));
    return false;
  }
  // Without unrestricted guests there is no real mode in VMX; the MMU is entered all the same, and an event that was due
  // is taken to be delivered.
  const bool real = !has(v.guest().registers().cr0(), x86::cr0::pe);
  const bool shut_down = real ? v.guest().enter() == mmu::verdict::shutdown : v.prepare() == vmx::next::leave;
  if (observer_) observer_->enters(id, shut_down ? mmu::verdict::shutdown : mmu::verdict::resume);
  if (shut_down) {
    out = ending::shutdown;
    if (!real && v.request().kind != vmx::request_kind::shutdown) {
      fail("I16", "vCPU %u leaves with request %u instead of entering", id, static_cast<unsigned>(v.request().kind));
    }
    return false;
  }
  if (!cpu.enter()) return false;  // an incident says why
  if (real) {
    v.guest().events().clear();
  } else {
    check_injection(id);
  }
  due_[id] = {};
  return !finding_;
}

/// What is due is delivered before the guest comes to another instruction. Where it cannot run, having no root table,
/// its VMM helps it out of there, and the event is forgotten.
void world::deliver_due(unsigned id) {
  ending end{};
  if (due_[id].information == 0 || enter(id, end) || end != ending::shutdown) return;
  vcpus_[id]->guest().events().clear();
  due_[id] = {};
}

/// VM entry has delivered what was due, and nothing else (I16).
void world::check_injection(unsigned id) {
  const machine::injection& got = machine_->cpu(id).injected();
  const machine::injection& due = due_[id];
  if (alike(got, due)) return;
  fail("I16",
       "VM entry of vCPU %u delivers event %#llx, code %#llx, length %llu; due is %#llx, code %#llx, length %llu", id,
       ull(got.information), ull(got.error_code), ull(got.instruction_length), ull(due.information),
       ull(due.error_code), ull(due.instruction_length));
}

/// A VM exit, and what the core makes of it. A vCPU that is not in guest mode would enter, come to no other event, and
/// exit: it is spared the way.
vmx::next world::exit(unsigned id, const machine::exit_information& why) {
  machine::processor& cpu = machine_->cpu(id);
  if (cpu.in_guest()) {
    cpu.leave(why);
  } else {
    cpu.take_kick();
    cpu.inform(guest_rip, guest(id).general().rip);
    cpu.inform(guest_cr0, registers_[id].cr0);
    cpu.inform(guest_cr4, registers_[id].cr4);
    cpu.tell(why);
  }
  vmx::cpu& v = *vcpus_[id];
  const std::uint64_t unprotected = mmu_->counters().unprotected;
  const vmx::next how = v.exited(true);
  ++tally_.vm_exits;
  note_due(id);
  if (observer_) {
    observer_->exits({.vcpu = id,
                      .why = why,
                      .leaves = how == vmx::next::leave,
                      .event = due_[id],
                      .request = v.request(),
                      .unprotected = mmu_->counters().unprotected != unprotected});
  }
  return how;
}

/// What the core now means to deliver is due at the next entry.
void world::note_due(unsigned id) {
  const vcpu::event_queue& events = vcpus_[id]->guest().events();
  due_[id] = {};
  if (!events.pending()) return;
  const vcpu::event& e = events.next();
  due_[id] = {e.packed(), e.error_code, e.instruction_length};
}

}  // namespace umbra::fuzz
