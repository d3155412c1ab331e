// Guest writes to control registers, and INVLPG: the core's answer against the model's.
#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "core/x86/event.hpp"
#include "core/x86/exception.hpp"
#include "core/x86/exit_reason.hpp"
#include "core/x86/msr.hpp"
#include "core/x86/segment.hpp"
#include "fuzz/world/coded_exception.hpp"
#include "fuzz/world/world.hpp"
#include "models/reference/control_access.hpp"
#include "models/reference/msrs.hpp"
#include "models/reference/walk.hpp"

namespace umbra::fuzz {

namespace {

using ull = unsigned long long;

constexpr std::uint64_t protection_event = coded_exception(x86::exception::protection);

const char* name_of(kind k) {
  switch (k) {
    case kind::cr0:
      return "CR0";
    case kind::cr3:
      return "CR3";
    case kind::cr4:
      return "CR4";
    default:
      return "EFER";
  }
}

template <class Memory>
reference::cr_effect write(kind k, reference::registers& r, word value, const Memory& memory) {
  switch (k) {
    case kind::cr0:
      return reference::write_cr0(r, value, memory);
    case kind::cr3:
      return reference::write_cr3(r, value, memory);
    case kind::cr4:
      return reference::write_cr4(r, value, memory);
    default:
      if (!reference::exists(static_cast<std::uint32_t>(x86::msr::efer), {.cpuid = r.cpuid})) return {.faults = true};
      return reference::write_efer(r, value, memory);
  }
}

/// Guest memory of which some words were changed by a race while they were read. For each of the four words of a
/// directory-pointer table one of the values that it had is chosen.
class raced_memory {
 public:
  raced_memory(const guest_view& v, reference::moment begun)
      : view_(v), begun_(begun), end_(v.memory().journal().size()) {}

  bool backed(word gpa) const { return view_.backed(gpa); }
  word read(word gpa, unsigned bytes) const {
    return value_at(view_.memory(), view_.host_of(gpa), bytes, begun_ + choice_[gpa >> 3 & 3]);
  }
  /// Goes on to the next choice; false after the last.
  bool next() {
    for (auto& c : choice_) {
      if (begun_ + ++c <= end_) return true;
      c = 0;
    }
    return false;
  }

 private:
  const guest_view& view_;
  reference::moment begun_, end_;
  reference::moment choice_[4]{};
};

}  // namespace

bool world::same_registers(const reference::registers& r) const {
  const vcpu::control_registers& c = guest(current_).registers();
  // Some bits are the guest's own while it runs: the core hears of them at the next exit.
  const machine::processor& cpu = machine_->cpu(current_);
  const bool owns = cpu.in_guest() && has(c.cr0(), x86::cr0::pe);
  const std::uint64_t cr0 = owns ? cpu.move_from(x86::vmcs::guest_cr0) : c.cr0();
  const std::uint64_t cr4 = owns ? cpu.move_from(x86::vmcs::guest_cr4) : c.cr4();
  bool same = cr0 == r.cr0 && c.cr3() == r.cr3 && cr4 == r.cr4 && c.efer() == r.efer;
  if (reference::uses_pae(r)) {
    for (unsigned n = 0; n < 4; ++n) same = same && c.pdpte(n) == r.pdpte[n];
  }
  return same;
}

bool world::explained_by_race(const op& o, bool taken, reference::moment begun, reference::registers& next,
                              reference::cr_effect& effect) const {
  if (now() == begun) return false;
  const guest_view memory = view();
  raced_memory raced(memory, begun);
  do {
    next = registers_[current_];
    effect = write(o.kind, next, o.value, raced);
    if (effect.faults != taken && same_registers(next)) return true;
  } while (raced.next());
  return false;
}

/// The guest executes MOV to a control register, or WRMSR. Whether it was done; else it raises #GP(0).
bool world::execute_write(const op& o, std::uint64_t value, bool code64) {
  pose(current_, {}, code64);
  proceed(current_);
  machine::processor& cpu = machine_->cpu(current_);
  deliver_due(current_);
  if (finding_) return false;
  // Real mode is virtual-8086 mode there, in which no bit is written without an exit.
  const bool owns = cpu.in_guest() && has(registers_[current_].cr0, x86::cr0::pe);
  if (owns && o.kind == kind::cr0 && cpu.move_to(x86::vmcs::guest_cr0, value)) return true;
  if (owns && o.kind == kind::cr4 && cpu.move_to(x86::vmcs::guest_cr4, value)) return true;
  vcpu::general_registers& g = vcpus_[current_]->guest().general();
  machine::exit_information why;
  if (o.kind == kind::efer) {
    using namespace vcpu::general;
    g.set(word{rcx}, word{static_cast<std::uint32_t>(x86::msr::efer)});
    g.set(word{rax}, value & 0xffff'ffff);
    g.set(word{rdx}, value >> 32);
    why = {.reason = static_cast<std::uint64_t>(x86::exit_reason::wrmsr), .instruction_length = 2};
  } else {
    constexpr unsigned general_at = 8;  // SDM table 28-3
    const unsigned from = instructions_ % (code64 ? vcpu::general::count : vcpu::general::count / 2);
    const unsigned to = o.kind == kind::cr0 ? 0 : o.kind == kind::cr3 ? 3 : 4;
    g.set(word{from}, value);
    if (from == vcpu::general::rsp) cpu.inform(x86::vmcs::guest_rsp, value);
    why = {.reason = static_cast<std::uint64_t>(x86::exit_reason::control_register),
           .qualification = to | from << general_at,
           .instruction_length = 3};
  }
  return execute(why, code64);
}

/// An instruction of the guest's that exits, and then is done or raises #GP(0): whether it was done.
bool world::execute(const machine::exit_information& why, bool code64) {
  deliver_due(current_);
  if (finding_) return false;
  const std::uint64_t rip = rip_of(current_);
  const vmx::next how = exit(current_, why);
  const std::uint64_t now_at = guest(current_).general().rip, event = due_[current_].information;
  const std::uint64_t next = rip + why.instruction_length;
  if (how == vmx::next::run && event == 0 && now_at == (code64 ? next : next & 0xffff'ffff)) return true;
  if (how == vmx::next::run && event == protection_event && due_[current_].error_code == 0 && now_at == rip) {
    return false;
  }
  fail("I16", "an exit for reason %llu, qualification %#llx, comes to event %#llx, RIP %#llx after %#llx, and %s",
       ull(why.reason), ull(why.qualification), ull(event), ull(now_at), ull(rip),
       how == vmx::next::run ? "the guest goes on" : "leaves to the VMM");
  return false;
}

/// Whether IA-32e mode cannot be entered or left for the sake of CS or TR, which ops of exits may have changed.
bool world::refuses_switch(std::uint64_t value, bool code64) const {
  const std::uint64_t task = machine_->cpu(current_).read_register(x86::vmcs::guest_tr_rights);
  const bool tss16 = (task & x86::segment_rights::tss & ~x86::segment_rights::tss16) == 0;
  return reference::refuses_mode_switch(registers_[current_], value, {.long_code = code64, .tss16 = tss16});
}

void world::write_register(const op& o) {
  if (!ready_for_paging_op()) return;
  // The guest runs 64-bit code where it can, but to leave IA-32e mode it has to be in compatibility mode (SDM 4.1.2).
  const bool leaves = o.kind == kind::cr0 && !has(o.value, x86::cr0::pg) && o.value >> 32 == 0;
  const bool code64 = in_long_mode(current_) && !leaves;
  const std::uint64_t value = code64 || o.kind == kind::efer ? o.value : o.value & 0xffff'ffff;
  reference::registers next = registers_[current_];
  reference::cr_effect effect = write(o.kind, next, value, view());
  const reference::moment begun = now();
  if (o.kind == kind::cr0 && strict_ && refuses_switch(value, code64)) {
    next = registers_[current_];
    effect = {.faults = true};
  }

  const bool taken = execute_write(o, value, code64);
  if (observer_) observer_->answered(taken, taken ? "done" : "#GP(0)");
  mix(taken);
  if (finding_) return;
  op cut = o;
  cut.value = value;
  if ((effect.faults == taken || !same_registers(next)) && !explained_by_race(cut, taken, begun, next, effect)) {
    const vcpu::control_registers& c = guest(current_).registers();
    fail("I15",
         "%s = %#llx by vCPU %u: %s, should be %s; CR0 %#llx CR3 %#llx CR4 %#llx EFER %#llx, should be %#llx %#llx "
         "%#llx "
         "%#llx (or the directory pointers differ)",
         name_of(o.kind), ull(value), current_, taken ? "done" : "#GP", effect.faults ? "#GP" : "done", ull(c.cr0()),
         ull(c.cr3()), ull(c.cr4()), ull(c.efer()), ull(next.cr0), ull(next.cr3), ull(next.cr4), ull(next.efer));
    return;
  }
  expect_no_stores(begun, "a control-register write");
  if (!taken) return;
  effective_ = true;
  registers_[current_] = next;
  machine_->memory().journal().mark();
  pasts_[current_].registers_changed(now(), next);
  using scope = invalidation::scope;
  if (effect.invalidates) {
    pasts_[current_].invalidated({now(), effect.invalidates_global ? scope::all : scope::not_global, page_shift, 0});
  }
}

void world::invalidate_page(const op& o) {
  if (!ready_for_paging_op()) return;
  effective_ = true;
  const std::uint64_t gva = linear(current_, o.address);
  const reference::translation t = reference::walk(view(), registers_[current_], gva, reference::access{});
  machine_->memory().journal().mark();
  const reference::moment begun = now();
  pose(current_, {}, in_long_mode(current_));
  proceed(current_);
  const bool done = execute(
      {.reason = static_cast<std::uint64_t>(x86::exit_reason::invlpg), .qualification = gva, .instruction_length = 3},
      in_long_mode(current_));
  if (!done && !finding_) fail("I16", "INVLPG of %#llx raises an exception", ull(gva));
  if (observer_) observer_->answered(done, "done");
  if (finding_) return;
  expect_no_stores(begun, "INVLPG");
  if (!suspended_.empty()) settle_path(gva, begun);
  pasts_[current_].invalidated({begun, invalidation::scope::page, t.page_shift, gva});
}

/// After INVLPG the shadow entries on the address's path are in step with the guest's, whatever was written behind the
/// core's back until then.
void world::settle_path(std::uint64_t gva, reference::moment begun) {
  const mmu::context& c = guest(current_).context();
  if (!c.loaded) return;
  const mmu::view v(*mmu_);
  const mmu::page* p = c.roots[c.mode.format == mmu::paging::level4 ? 0 : gva >> 30 & 3];
  constexpr unsigned levels = 4;
  for (unsigned n = 0; n < levels && p != nullptr; ++n) {
    const auto index = static_cast<unsigned>(gva >> (12 + 9 * (p->level - 1)) & 511);
    suspended_.invalidated(p->ordinal, index, begun);
    const word entry = p->entries->get(index);
    if (p->level == 1 || (entry & x86::entry::present) == 0) return;
    p = v.page_of({(entry & x86::entry::address_mask) >> page_shift});
  }
}

/// Of the core's own; what a race stores is not the core's.
void world::expect_no_stores(reference::moment begun, const char* by) {
  const machine::journal& stores = machine_->memory().journal();
  for (reference::moment n = begun; n < stores.size(); ++n) {
    if (stores[n].by != machine::author::core) continue;
    fail("memory", "%s changed guest memory at host %#llx", by, ull(stores[n].hpa));
  }
}

}  // namespace umbra::fuzz
