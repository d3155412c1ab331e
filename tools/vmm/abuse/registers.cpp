// Registers that no guest can have.
#include "tools/vmm/abuse/session.hpp"

namespace umbra::abuse {
namespace {

constexpr std::uint64_t pe = 1, pg = std::uint64_t{1} << 31, pae = 1u << 5, lme = 1u << 8, lma = 1u << 10;

void control(session& s) {
  victim v(s);
  v.load({});
  const kvm_sregs good = v.system_registers();
  const auto set = [&](auto change) {
    kvm_sregs r = good;
    change(r);
    return ioctl(v.vcpu, KVM_SET_SREGS, &r);
  };
  s.refused(set([](kvm_sregs& r) { r.cr0 = pg; }), EINVAL, "paging without protection");
  s.refused(set([](kvm_sregs& r) { r.cr0 |= std::uint64_t{1} << 40; }), EINVAL, "a bit that CR0 has not");
  s.refused(set([](kvm_sregs& r) { r.cr4 = 1u << 13; }), EINVAL, "VMX for the guest");
  s.refused(set([](kvm_sregs& r) { r.efer = 1u << 12; }), EINVAL, "SVM for the guest");
  s.refused(set([](kvm_sregs& r) { r.efer = lme | lma, r.cr4 = pae; }), EINVAL, "long mode without paging");
  s.refused(set([](kvm_sregs& r) { r.efer = lme | lma, r.cr0 = pg | pe; }), EINVAL, "long mode without PAE");
  s.refused(set([](kvm_sregs& r) { r.cr0 = pg | pe, r.cr4 = pae, r.cr3 = std::uint64_t{1} << 40; }), EINVAL,
            "directory pointers beyond memory");
  s.refused(set([](kvm_sregs& r) { r.cr8 = 16; }), EINVAL, "a task priority beyond the highest");
  s.refused(set([](kvm_sregs& r) { r.apic_base = 0xfee0'0400; }), EINVAL, "an APIC of a kind that is not offered");
  const kvm_sregs still = v.system_registers();
  s.expect(still.cr0 == good.cr0 && still.cr4 == good.cr4 && still.efer == good.efer,
           "the registers stay as they were");
}

void round_trip(session& s) {
  const victim v(s);
  kvm_regs r{};
  auto* each = reinterpret_cast<std::uint64_t*>(&r);
  for (unsigned n = 0; n < sizeof r / 8; ++n) each[n] = 0x1111'1111'1111'1111 * (n % 15) + 2;
  r.rflags = 0x246;
  s.taken(ioctl(v.vcpu, KVM_SET_REGS, &r), "any general registers");
  v.system_registers();  // which must not disturb them, on a vCPU that was never used
  const kvm_regs back = v.registers();
  const auto* found = reinterpret_cast<const std::uint64_t*>(&back);
  bool same = true;
  for (unsigned n = 0; n < sizeof r / 8; ++n) same = same && found[n] == each[n];
  s.expect(same, "general registers come back as they were set");

  kvm_sregs all = v.system_registers();
  all.fs.base = 0x1234'5678;
  all.tr.limit = 0x2fff;
  all.gdt = {0x5000, 0x7f, {}};
  all.cr2 = 0xabcd'ef01;
  s.taken(ioctl(v.vcpu, KVM_SET_SREGS, &all), "segments and tables");
  const kvm_sregs is = v.system_registers();
  s.expect(is.fs.base == all.fs.base && is.tr.limit == all.tr.limit && is.gdt.base == all.gdt.base &&
               is.gdt.limit == all.gdt.limit && is.cr2 == all.cr2,
           "segments and tables come back as they were set");
}

/// What only the processor can judge: VM entry fails, and the VMM hears the reason.
void entry(session& s) {
  constexpr unsigned invalid_guest_state = 0x8000'0021;
  const auto fails = [&](auto change, const char* what) {
    victim v(s);
    v.load({0xf4});
    kvm_sregs r = v.system_registers();
    change(r);
    ioctl(v.vcpu, KVM_SET_SREGS, &r);
    s.equal(v.run(), 0, what);
    s.equal(v.state->exit_reason, KVM_EXIT_FAIL_ENTRY, what);
    s.equal(static_cast<long>(v.state->fail_entry.hardware_entry_failure_reason), invalid_guest_state, what);
    v.load({0xf4});
    s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "the vCPU runs once its state is good again");
  };
  fails([](kvm_sregs& r) { r.tr.type = 2; }, "a task that is none");
  fails([](kvm_sregs& r) { r.gdt.base = std::uint64_t{1} << 60; }, "a table at a non-canonical address");
}

/// What the processor does not enter with, but code could put right: umbra executes it.
void segments(session& s) {
  const auto runs = [&](auto change, const char* what) {
    victim v(s);
    v.load({0xf4});
    kvm_sregs r = v.system_registers();
    change(r);
    s.taken(ioctl(v.vcpu, KVM_SET_SREGS, &r), what);
    s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, what);
  };
  runs([](kvm_sregs& r) { r.cs.type = 2; }, "code that is data");
  runs([](kvm_sregs& r) { r.ds.selector = 3; }, "data of another level");
  runs([](kvm_sregs& r) { r.es.limit = 0x10'0000; }, "a limit that does not fit its granularity");
}

}  // namespace

void try_registers(session& s) {
  control(s);
  round_trip(s);
  entry(s);
  segments(s);
}

}  // namespace umbra::abuse
