#include "tools/vmm/abuse/session.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace umbra::abuse {

void session::expect(bool good, const char* what) {
  ++checks_;
  if (good) return;
  ++failures_;
  std::printf("not as it should be: %s\n", what);
}

void session::equal(long found, long expected, const char* what) {
  if (found != expected) std::printf("%ld instead of %ld: ", found, expected);
  expect(found == expected, what);
}

void session::refused(long result, int error, const char* what) {
  const int got = result < 0 ? errno : 0;
  if (got != error) std::printf("%s instead of %s: ", std::strerror(got), std::strerror(error));
  expect(got == error, what);
}

void session::taken(long result, const char* what) {
  if (result < 0) std::printf("%s: ", std::strerror(errno));
  expect(result >= 0, what);
}

int session::open_device() const { return open(device_.c_str(), O_RDWR | O_CLOEXEC); }

victim::victim(const session& s, bool with_memory)
    : device(s.open_device()), vm(ioctl(device, KVM_CREATE_VM, 0)), vcpu(ioctl(vm, KVM_CREATE_VCPU, 0)) {
  memory = static_cast<unsigned char*>(
      mmap(nullptr, memory_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  state_bytes = static_cast<std::size_t>(ioctl(device, KVM_GET_VCPU_MMAP_SIZE, 0));
  state = static_cast<kvm_run*>(mmap(nullptr, state_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0));
  if (with_memory) set_region(0, 0, memory_bytes, memory);
}

victim::~victim() {
  munmap(state, state_bytes);
  for (const int fd : {vcpu, vm, device}) close(fd);
  munmap(memory, memory_bytes);
}

void victim::load(std::initializer_list<unsigned char> instructions, unsigned long rax) {
  std::copy(instructions.begin(), instructions.end(), memory + code);
  kvm_sregs s = system_registers();
  s.cr0 |= 1;
  kvm_segment flat{};
  flat.limit = 0xffff'ffff;
  flat.selector = 0x10;
  flat.type = 3;
  flat.present = flat.s = flat.db = flat.g = 1;
  s.ds = s.es = s.fs = s.gs = s.ss = flat;
  s.cs = flat;
  s.cs.selector = 8;
  s.cs.type = 11;
  s.tr.type = 11;
  s.gdt.base = 0;
  ioctl(vcpu, KVM_SET_SREGS, &s);
  kvm_regs r{};
  r.rip = code;
  r.rflags = 0x202;
  r.rax = rax;
  ioctl(vcpu, KVM_SET_REGS, &r);
  kvm_mp_state running{KVM_MP_STATE_RUNNABLE};  // whatever it has halted for
  ioctl(vcpu, KVM_SET_MP_STATE, &running);
}

int victim::run_once() { return ioctl(vcpu, KVM_RUN, 0); }

int victim::run() {
  int result;
  do result = run_once();
  while (result < 0 && errno == EINTR);
  return result;
}

int victim::run_until_alarm(const volatile sig_atomic_t& alarmed) {
  int result;
  do result = run_once();
  while (result < 0 && errno == EINTR && !alarmed);
  return result;
}

long victim::set_region(std::uint32_t slot, std::uint64_t guest, std::uint64_t bytes, const void* at,
                        std::uint32_t flags) {
  kvm_userspace_memory_region r{slot, flags, guest, bytes, reinterpret_cast<std::uint64_t>(at)};
  return ioctl(vm, KVM_SET_USER_MEMORY_REGION, &r);
}

kvm_regs victim::registers() const {
  kvm_regs r{};
  ioctl(vcpu, KVM_GET_REGS, &r);
  return r;
}

kvm_sregs victim::system_registers() const {
  kvm_sregs s{};
  ioctl(vcpu, KVM_GET_SREGS, &s);
  return s;
}

}  // namespace umbra::abuse
