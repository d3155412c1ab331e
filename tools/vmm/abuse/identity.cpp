// What a vCPU is said to be, and how it is watched: CPUID, model-specific and debug registers, guest debugging.
#include <cstring>
#include <vector>

#include "tools/vmm/abuse/session.hpp"

namespace umbra::abuse {
namespace {

// In C++ the flexible arrays of <linux/kvm.h> take room, so that its requests for lists come to other numbers than the
// kernel's: here they are by the sizes that C sees.
constexpr unsigned long get_supported_cpuid = _IOWR(KVMIO, 0x05, std::uint64_t),
                        get_cpuid = _IOWR(KVMIO, 0x91, std::uint64_t), set_cpuid = _IOW(KVMIO, 0x90, std::uint64_t),
                        get_msrs = _IOWR(KVMIO, 0x88, std::uint64_t), set_msrs = _IOW(KVMIO, 0x89, std::uint64_t),
                        list_msrs = _IOWR(KVMIO, 0x02, std::uint32_t);

/// A count, and after `before` bytes so many items.
template <class Item, std::size_t before = 8>
class list {
 public:
  explicit list(std::uint32_t count) : bytes_(before + count * sizeof(Item)) {
    std::memcpy(bytes_.data(), &count, sizeof count);
  }
  void* get() { return bytes_.data(); }
  std::uint32_t count() const {
    std::uint32_t n = 0;
    std::memcpy(&n, bytes_.data(), sizeof n);
    return n;
  }
  Item* items() { return reinterpret_cast<Item*>(bytes_.data() + before); }

 private:
  std::vector<unsigned char> bytes_;
};
using cpuid_list = list<kvm_cpuid_entry2>;
using msr_list = list<kvm_msr_entry>;

void cpuid(session& s) {
  victim v(s);
  cpuid_list most(64), few(1), none(0), many(65);
  s.refused(ioctl(v.device, get_supported_cpuid, few.get()), E2BIG, "more leaves than there is room for");
  s.taken(ioctl(v.device, get_supported_cpuid, most.get()), "what CPUID may say");
  s.refused(ioctl(v.vcpu, set_cpuid, many.get()), E2BIG, "more leaves than there may be");
  s.refused(ioctl(v.vcpu, set_cpuid, nullptr), EFAULT, "leaves at no address");
  s.taken(ioctl(v.vcpu, set_cpuid, most.get()), "saying it");
  cpuid_list one(1);  // the refusal has written how many there are into the other
  s.refused(ioctl(v.vcpu, get_cpuid, one.get()), E2BIG, "asking for more than there is room for");
  s.refused(ioctl(v.vcpu, get_cpuid, nullptr), EFAULT, "asking for leaves at no address");
  cpuid_list vast(2);
  vast.items()[0].function = 0x8000'0000;
  vast.items()[0].eax = vast.items()[1].function = 0x8000'0008;
  vast.items()[1].eax = 53;
  s.refused(ioctl(v.vcpu, set_cpuid, vast.get()), EINVAL, "physical addresses that no table can hold");
  cpuid_list wide(1);
  wide.items()[0].function = 0x8000'0000;
  wide.items()[0].eax = 0x8000'0008;
  s.taken(ioctl(v.vcpu, set_cpuid, wide.get()), "a processor that says next to nothing");
  s.taken(ioctl(v.vcpu, set_cpuid, most.get()), "another one");
  v.load({0x0f, 0xa2, 0xf4});  // CPUID; HLT
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "a guest that asks");
  s.equal(static_cast<long>(v.registers().rax), most.items()[0].eax, "and is answered");
  s.refused(ioctl(v.vcpu, set_cpuid, none.get()), EINVAL, "another processor once it has run");
  s.taken(ioctl(v.vcpu, set_cpuid, most.get()), "the same one");
}

/// The guest's first instruction is one that the processor cannot execute.
void cpuid_before_entry(session& s) {
  victim v(s);
  v.load({0xf4});
  kvm_sregs r = v.system_registers();
  r.ds.selector = 3;
  s.taken(ioctl(v.vcpu, KVM_SET_SREGS, &r), "a segment that only code can put right");
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "a guest that the processor has never entered");
  cpuid_list none(0);
  s.refused(ioctl(v.vcpu, set_cpuid, none.get()), EINVAL, "another processor once it has run so");
}

int write_msr(const victim& v, std::uint32_t number, std::uint64_t value) {
  msr_list one(1);
  *one.items() = {.index = number, .reserved = 0, .data = value};
  return ioctl(v.vcpu, set_msrs, one.get());
}

void msrs(session& s) {
  victim v(s);
  constexpr std::uint64_t not_canonical = std::uint64_t{1} << 47;
  constexpr std::uint32_t lstar = 0xc000'0082, pat = 0x277, sysenter_eip = 0x176;
  s.equal(write_msr(v, lstar, not_canonical), 0, "an entry point that no processor loads");
  s.equal(write_msr(v, sysenter_eip, not_canonical), 0, "another one");
  s.equal(write_msr(v, pat, 2), 0, "a memory type that there is not");
  s.equal(write_msr(v, 0xdead, 0), 0, "a register that there is not");
  msr_list many(257);
  s.refused(ioctl(v.vcpu, set_msrs, many.get()), E2BIG, "too many registers at once");
  list<std::uint32_t, 4> numbers(256);
  s.taken(ioctl(v.device, list_msrs, numbers.get()), "the numbers of all");
  const std::uint32_t count = numbers.count();
  msr_list all(count);
  for (unsigned n = 0; n < count; ++n) all.items()[n].index = numbers.items()[n];
  s.equal(ioctl(v.vcpu, get_msrs, all.get()), count, "reading all");
  s.equal(ioctl(v.vcpu, set_msrs, all.get()), count, "writing them back");
  // WRMSR of LSTAR with a value that is not canonical: #GP, without a table to find its handler by.
  v.load({0xb9, 0x82, 0, 0, 0xc0, 0xba, 0, 0x80, 0, 0, 0x0f, 0x30});
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_SHUTDOWN, "what the VMM cannot set, the guest cannot");
  v.load({0xb9, 0x82, 0, 0, 0xc0, 0x31, 0xd2, 0x0f, 0x30, 0x0f, 0x32, 0xf4}, 0x1234);  // WRMSR; RDMSR; HLT
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "a good value");
  s.equal(static_cast<long>(v.registers().rax), 0x1234, "is what is read");
}

/// A register that the VMM has instead of umbra.
void msr_of_the_vmm(session& s) {
  victim v(s);
  kvm_enable_cap wanted{};
  wanted.cap = KVM_CAP_X86_USER_SPACE_MSR;
  wanted.args[0] = 1u << 7;
  s.refused(ioctl(v.vm, KVM_ENABLE_CAP, &wanted), EINVAL, "exits for MSRs of a kind that nobody knows");
  wanted.args[0] = KVM_MSR_EXIT_REASON_UNKNOWN;
  s.taken(ioctl(v.vm, KVM_ENABLE_CAP, &wanted), "exits for MSRs that umbra has not");
  v.load({0xb9, 0, 0x4d, 0x56, 0x4b, 0x0f, 0x32, 0xf4});  // MOV ECX, 4B564D00H; RDMSR; HLT
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_X86_RDMSR && v.state->msr.index == 0x4b56'4d00,
           "one of them is read");
  v.state->msr.data = 0x5678;
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "the guest goes on with it");
  s.equal(static_cast<long>(v.registers().rax), 0x5678, "as the VMM has said");
}

void debug_registers(session& s) {
  victim v(s);
  const auto set = [&](std::uint64_t dr6, std::uint64_t dr7) {
    const kvm_debugregs r{{1, 2, 3, 4}, dr6, dr7, 0, {}};
    return ioctl(v.vcpu, KVM_SET_DEBUGREGS, &r);
  };
  s.refused(set(std::uint64_t{1} << 32, 0x400), EINVAL, "DR6 beyond its 32 bits");
  s.refused(set(0, std::uint64_t{1} << 32), EINVAL, "DR7 beyond its 32 bits");
  s.taken(set(0xffff'0ff0, 0x400), "DR6 and DR7 as after reset");
  kvm_debugregs back{};
  s.taken(ioctl(v.vcpu, KVM_GET_DEBUGREGS, &back), "reading them");
  s.expect(back.db[3] == 4 && back.dr6 == 0xffff'0ff0 && back.dr7 == 0x400, "they come back as they were set");
}

void debugging(session& s) {
  victim v(s);
  const auto set = [&](unsigned control, std::uint64_t address = 0, std::uint64_t dr7 = 0) {
    kvm_guest_debug d{};
    d.control = control;
    d.arch.debugreg[0] = address;
    d.arch.debugreg[7] = dr7;
    return ioctl(v.vcpu, KVM_SET_GUEST_DEBUG, &d);
  };
  const auto stops_at = [&](std::uint64_t where, unsigned vector) {
    return v.run() == 0 && v.state->exit_reason == KVM_EXIT_DEBUG && v.state->debug.arch.pc == where &&
           v.state->debug.arch.exception == vector;
  };
  s.refused(set(1u << 31), EINVAL, "debugging of a kind that nobody knows");
  v.load({0x90, 0x90, 0xcc, 0x90, 0xf4});  // NOP; NOP; INT3; NOP; HLT
  s.taken(set(KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP | KVM_GUESTDBG_USE_HW_BP, victim::code + 1, 1),
          "a breakpoint of each kind");
  s.expect(stops_at(victim::code + 1, 1), "the guest comes to the first");
  s.taken(set(KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP), "and without it");
  s.expect(stops_at(victim::code + 2, 3), "to the second");
  v.load({0x90, 0x0f, 0xa2, 0xf4});  // NOP; CPUID; HLT
  if (set(KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP) == 0) {
    s.expect(stops_at(victim::code + 1, 1), "a step over what the processor executes");
    s.expect(stops_at(victim::code + 3, 1), "and one over what it does not");
  }
  s.taken(set(0), "no debugging");
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "the guest goes on to its end");
}

}  // namespace

void try_identity(session& s) {
  cpuid(s);
  cpuid_before_entry(s);
  msrs(s);
  msr_of_the_vmm(s);
  debug_registers(s);
  debugging(s);
}

}  // namespace umbra::abuse
