// What a VMM does with a vCPU that it has for itself: sends events, sets registers, answers requests.
#include "core/x86/exit_reason.hpp"
#include "core/x86/flags.hpp"
#include "fuzz/world/world.hpp"

namespace umbra::fuzz {

namespace {

using ull = unsigned long long;
using enum x86::vmcs;

/// Whether the model says what exits come to behind this, too.
bool model_follows(vmm_state what) {
  switch (what) {
    case vmm_state::task_priority:
    case vmm_state::events:
    case vmm_state::debug_registers:
    case vmm_state::msr:
    case vmm_state::fpu:
    case vmm_state::interrupts:
    case vmm_state::probe:
      return true;
    case vmm_state::interrupt_window:
    case vmm_state::guest_debug:
    case vmm_state::cpuid:
    case vmm_state::msr_exits:
      return false;
  }
  return false;
}

}  // namespace

/// The VMM has the vCPU for itself: it is not in guest mode, or is kicked out of it.
bool world::bring_out(unsigned id) {
  machine::processor& cpu = machine_->cpu(id);
  cpu.kick();
  if (!cpu.take_kick()) return true;
  note_departure(id);
  sent_[id].end({});
  if (vcpus_[id]->exited(true) == vmx::next::run) return true;
  fail("I16", "an interrupt by the host leaves to the VMM");
  return false;
}

/// The VMM sends an event.
void world::send(const op& o) {
  be_strict();
  if (!bring_out(current_)) return;
  effective_ = true;
  vmx::cpu& v = *vcpus_[current_];
  if (o.kind == kind::nmi) {
    if (!v.nmi()) return fail("I16", "the machine has virtual NMIs, and its guest can get none");
    sent_[current_].nmi();
  } else {
    v.interrupt(word{o.index});
    sent_[current_].interrupt(o.index);
  }
  check_sent(current_);
}

/// The VMM sets a register, which it can do of a vCPU that has left only.
void world::set_by_vmm(const op& o) {
  be_strict();
  if (!bring_out(current_)) return;
  const bool beside = o.count >= first_vmm_state;
  unfollowed_ = unfollowed_ || (beside && !model_follows(static_cast<vmm_state>(o.count)));
  const bool taken = beside ? set_vmm_state(static_cast<vmm_state>(o.count), o.value)
                            : set_control(o) || set_other(static_cast<x86::vmcs>(o.count), o.value);
  if (beside) {
    everything_ = true;
    registers_[current_].cpuid = vcpus_[current_]->guest().registers().features();
    follow(current_, look_at(current_).control);
    adopt_sent(current_);
  }
  if (observer_) observer_->answered(taken, taken ? "done" : "refused");
  effective_ = effective_ || taken;
  note_due(current_);
  note_arrival(current_);
}

/// CR0, CR3, CR4 or EFER, as a part of the whole. What the core takes over, the model does.
bool world::set_control(const op& o) {
  const auto f = static_cast<x86::vmcs>(o.count);
  if (f != guest_cr0 && f != guest_cr3 && f != guest_cr4 && f != guest_efer) return false;
  vmx::cpu& v = *vcpus_[current_];
  const vcpu::control_registers& c = v.guest().registers();
  const word cr0 = f == guest_cr0 ? o.value : c.cr0(), cr3 = f == guest_cr3 ? o.value : c.cr3(),
             cr4 = f == guest_cr4 ? o.value : c.cr4(), efer = f == guest_efer ? o.value : c.efer();
  if (!v.guest().restore(cr0, cr3, cr4, efer)) return false;
  everything_ = true;
  follow(current_, look_at(current_).control);
  machine_->memory().journal().mark();
  pasts_[current_].invalidated({now(), invalidation::scope::all, page_shift, 0});
  return true;
}

/// The core has to look at all of them again.
void world::set_segments(const vcpu::segments& s) {
  vcpus_[current_]->set_segments(s);
  spoilt_[current_] = false;
}

bool world::set_other(x86::vmcs f, std::uint64_t value) {
  vmx::cpu& v = *vcpus_[current_];
  vcpu::general_registers& g = v.guest().general();
  switch (f) {
    case guest_rip:
      g.rip = value;
      machine_->cpu(current_).inform(f, g.rip);
      v.guest().events().clear();
      return true;
    case guest_rflags:
      g.rflags = value | x86::rflags::fixed;
      machine_->cpu(current_).inform(f, g.rflags);
      return true;
    case guest_rsp:
      g.set(word{vcpu::general::rsp}, value);
      return true;
    default:
      break;
  }
  vcpu::segments s = v.segments();
  for (unsigned n = 0; n < vcpu::segment_count; ++n) {
    vcpu::segment& r = s.registers[n];
    if (f == nth(guest_es_selector, n))
      r.selector = value;
    else if (f == nth(guest_es_base, n))
      r.base = value;
    else if (f == nth(guest_es_limit, n))
      r.limit = value;
    else if (f == nth(guest_es_rights, n))
      r.rights = value;
    else
      continue;
    set_segments(s);
    return true;
  }
  if (f == guest_gdtr_base)
    s.gdtr.base = value;
  else if (f == guest_gdtr_limit)
    s.gdtr.limit = value;
  else if (f == guest_idtr_base)
    s.idtr.base = value;
  else if (f == guest_idtr_limit)
    s.idtr.limit = value;
  else
    return false;
  set_segments(s);
  return true;
}

/// The VMM has asked its device: what was to be read is `value`, each item one more.
void world::complete(const op& o) {
  vmx::cpu& v = *vcpus_[current_];
  if (!v.waits()) return;
  effective_ = true;
  unsigned bytes = 0;
  const vmx::request_kind wanted = v.request().kind;
  if (wanted == vmx::request_kind::rdmsr || wanted == vmx::request_kind::wrmsr) {
    v.answer_msr((o.value & 1) != 0, o.value);
    bytes = 8;
  } else if (wanted == vmx::request_kind::hypercall) {
    v.answer_hypercall(o.value);
    bytes = v.request().hypercall.long_mode ? 8 : 4;
  } else {
    io::request& asked = v.io();
    if (asked.count > io::request::limit || asked.bytes == 0 || asked.bytes > 8) {
      return fail("I16", "a request for %u items of %u bytes", asked.count, asked.bytes);
    }
    for (unsigned n = 0; n < asked.count && !asked.write; ++n) asked.data[n] = o.value + n;
    bytes = asked.bytes;
  }
  const question now = question_of(current_);
  const std::uint64_t changes = shadow_changes();
  const bool was_real = !is_protected(current_);
  v.complete();
  everything_ = everything_ || shadow_changes() != changes;
  judge_answer(now, o.value, bytes);
  note_question(current_);
  if (was_real) adopt_sent(current_);  // what has waited may be an event that umbra delivers by itself
  note_due(current_);
  follow(current_, look_at(current_).control);
  if (strict_) note_arrival(current_);
}

/// The vCPU has left its VMM, perhaps with a question. `why`: the exit that it comes from, if it is one.
void world::note_question(unsigned id, const machine::exit_information* why) {
  constexpr std::uint64_t string_port = 1u << 4;  // table 28-5
  constexpr std::uint64_t basic = 0xffff;         // of an exit reason (table 25-18)
  question& asked = asked_[id];
  asked.asked = vcpus_[id]->waits();
  if (!asked.asked) return;
  asked = question_of(id);
  if (vcpus_[id]->request().kind == vmx::request_kind::hypercall) {
    asked.in_rax = true;
  } else if (why != nullptr && (why->reason & basic) == static_cast<std::uint64_t>(x86::exit_reason::io)) {
    asked.in_rax = !has(why->qualification, string_port);
    asked.length = why->instruction_length;
  }
}

question world::question_of(unsigned id) const {
  const vmx::cpu& v = *vcpus_[id];
  return {.asked = true, .general = guest(id).general(), .segments = v.segments()};
}

/// An IN goes on from where it asked, with the bytes that it has read (volume 2, IN), and a hypercall with its result;
/// another instruction only if all that it goes by is as it was.
void world::judge_answer(const question& now, std::uint64_t value, unsigned bytes) {
  const question& then = asked_[current_];
  if (!then.asked || finding_) return;
  vcpu::general_registers due = now.general;
  const vcpu::general_registers& g = guest(current_).general();
  const bool elsewhere = now.general.rip != then.general.rip;
  if (then.in_rax && !elsewhere) {
    constexpr word rax{vcpu::general::rax};
    const std::uint64_t mask = bytes == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * bytes) - 1;
    const std::uint64_t kept = bytes >= 4 ? 0 : due.get(rax) & ~mask;
    due.set(rax, kept | (value & mask));
    due.rip = then.general.rip + then.length;
    if (g.rip == (due.rip & 0xffff'ffff)) due.rip = g.rip;  // outside of 64-bit code
  } else if (!elsewhere && now.same_as(then)) {
    return;  // whatever the instruction is
  }
  if (g.same_as(due)) return;
  fail("I16",
       then.in_rax ? "an answer of %u bytes to vCPU %u leaves RAX %#llx, RIP %#llx for %#llx"
                   : "an answer of %u bytes changes vCPU %u, which is elsewhere now: RAX %#llx, RIP %#llx for %#llx",
       bytes, current_, ull(g.get(word{vcpu::general::rax})), ull(g.rip), ull(value));
}

}  // namespace umbra::fuzz
