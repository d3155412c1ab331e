// Events that no guest can have, and states of waiting that there are not.
#include <cstring>

#include "tools/vmm/abuse/session.hpp"

namespace umbra::abuse {
namespace {

void saved(session& s) {
  victim v(s);
  const auto set = [&](auto change) {
    kvm_vcpu_events e{};
    e.flags = KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SHADOW;
    change(e);
    return ioctl(v.vcpu, KVM_SET_VCPU_EVENTS, &e);
  };
  s.refused(ioctl(v.vcpu, KVM_SET_VCPU_EVENTS, nullptr), EFAULT, "events at no address");
  s.refused(ioctl(v.vcpu, KVM_GET_VCPU_EVENTS, nullptr), EFAULT, "asking for events at no address");
  s.refused(set([](kvm_vcpu_events& e) { e.flags |= 1u << 31; }), EINVAL, "events of a kind that nobody knows");
  s.refused(set([](kvm_vcpu_events& e) { e.interrupt.shadow = 4; }), EINVAL, "a shadow of no instruction");
  s.refused(set([](kvm_vcpu_events& e) { e.interrupt.shadow = 3; }), EINVAL, "the shadows of two instructions");
  s.refused(set([](kvm_vcpu_events& e) { e.nmi.pending = 3; }), EINVAL, "more NMIs than can wait");
  s.refused(set([](kvm_vcpu_events& e) { e.nmi.pending = 2, e.nmi.injected = 1; }), EINVAL, "and one on its way");
  s.refused(set([](kvm_vcpu_events& e) { e.exception.injected = 1, e.exception.nr = 32; }), EINVAL,
            "an exception that there is not");
  s.refused(set([](kvm_vcpu_events& e) { e.exception.injected = 1, e.exception.nr = 14; }), EINVAL,
            "a page fault without its code");
  s.refused(set([](kvm_vcpu_events& e) {
              e.exception.injected = e.exception.has_error_code = 1;
              e.exception.nr = 6;
            }),
            EINVAL, "a code where there is none");
  kvm_vcpu_events still{};
  s.taken(ioctl(v.vcpu, KVM_GET_VCPU_EVENTS, &still), "asking for events");
  s.expect(!still.exception.injected && still.nmi.pending == 0 && still.interrupt.shadow == 0, "nothing has changed");
}

void nmis(session& s) {
  victim v(s);
  const bool offered = ioctl(v.vm, KVM_CHECK_EXTENSION, KVM_CAP_USER_NMI) > 0;
  kvm_vcpu_events e{};
  e.nmi.masked = 1;
  if (offered) {
    s.taken(ioctl(v.vcpu, KVM_NMI, 0), "an NMI for a vCPU that has never run");
    s.taken(ioctl(v.vcpu, KVM_GET_VCPU_EVENTS, &e), "asking for it");
    s.equal(e.nmi.pending, 1, "it waits");
  } else {
    s.refused(ioctl(v.vcpu, KVM_NMI, 0), EOPNOTSUPP, "an NMI where there are none");
    s.refused(ioctl(v.vcpu, KVM_SET_VCPU_EVENTS, &e), EINVAL, "blocking them");
    s.equal(e.nmi.pending, 0, "none waits");
  }
}

void interrupts(session& s) {
  victim v(s);
  const auto send = [&](unsigned vector) {
    const kvm_interrupt i{vector};
    return ioctl(v.vcpu, KVM_INTERRUPT, &i);
  };
  s.refused(ioctl(v.vcpu, KVM_INTERRUPT, nullptr), EFAULT, "an interrupt at no address");
  s.refused(send(256), EINVAL, "a vector beyond the last");
  s.refused(send(~0u), EINVAL, "one far beyond");
  s.taken(send(255), "the last one");
  const kvm_sregs r = v.system_registers();
  s.equal(static_cast<long>(r.interrupt_bitmap[3] >> 63), 1, "it waits");
  s.equal(static_cast<long>(r.interrupt_bitmap[0]), 0, "and no other");
}

void waiting(session& s) {
  victim v(s);
  const auto set = [&](unsigned how) {
    const kvm_mp_state m{how};
    return ioctl(v.vcpu, KVM_SET_MP_STATE, &m);
  };
  s.refused(ioctl(v.vcpu, KVM_SET_MP_STATE, nullptr), EFAULT, "a state at no address");
  s.refused(ioctl(v.vcpu, KVM_GET_MP_STATE, nullptr), EFAULT, "asking for a state at no address");
  s.refused(set(KVM_MP_STATE_SIPI_RECEIVED), EINVAL, "a state of a local APIC's");
  s.refused(set(~0u), EINVAL, "a state that nobody knows");
  v.load({0xeb, 0xfe});
  s.taken(set(KVM_MP_STATE_HALTED), "halting a guest");
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "which does not run then");
  s.equal(static_cast<long>(v.registers().rip), victim::code, "not even one instruction");
  kvm_mp_state is{};
  s.taken(ioctl(v.vcpu, KVM_GET_MP_STATE, &is), "asking for its state");
  s.equal(is.mp_state, KVM_MP_STATE_HALTED, "it is halted still");
}

void priority(session& s) {
  victim v(s);
  v.load({0xf4});
  v.state->cr8 = 16;
  s.refused(v.run_once(), EINVAL, "a task priority beyond the highest");
  v.state->cr8 = 9;
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "a good one");
  s.equal(static_cast<long>(v.system_registers().cr8), 9, "is the guest's");
}

/// A VMM answers a hypercall once it has taken the vCPU elsewhere.
void late_answer(session& s) {
  victim v(s);
  v.load({0x0f, 0x01, 0xc1}, 0x1234);  // VMCALL
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HYPERCALL, "a hypercall");
  v.load({0x90, 0x90, 0x90, 0xf4}, 7);
  v.state->hypercall.ret = 99;
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "is answered too late");
  s.equal(static_cast<long>(v.registers().rax), 7, "and the answer is nobody's");
}

void floating_point(session& s) {
  victim v(s);
  kvm_fpu f{};
  s.refused(ioctl(v.vcpu, KVM_SET_FPU, nullptr), EFAULT, "FPU state at no address");
  s.refused(ioctl(v.vcpu, KVM_GET_FPU, nullptr), EFAULT, "asking for it at no address");
  f.mxcsr = 1u << 31;
  s.refused(ioctl(v.vcpu, KVM_SET_FPU, &f), EINVAL, "a bit that MXCSR has not");
  f.mxcsr = 0x1f80;
  f.fcw = 0x37f;
  std::memset(f.xmm, 0x5a, sizeof f.xmm);
  s.taken(ioctl(v.vcpu, KVM_SET_FPU, &f), "FPU state");
  v.load({0xf4});
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "a guest that does not use it");
  kvm_fpu back{};
  s.taken(ioctl(v.vcpu, KVM_GET_FPU, &back), "asking for it");
  s.expect(back.mxcsr == f.mxcsr && back.fcw == f.fcw && std::memcmp(back.xmm, f.xmm, sizeof f.xmm) == 0,
           "it comes back as it was set");
}

}  // namespace

void try_events(session& s) {
  saved(s);
  nmis(s);
  interrupts(s);
  waiting(s);
  priority(s);
  late_answer(s);
  floating_point(s);
}

}  // namespace umbra::abuse
