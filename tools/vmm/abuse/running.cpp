// Guests that come to a bad end, and VMMs that interfere while they run.
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <thread>

#include "tools/vmm/abuse/session.hpp"

namespace umbra::abuse {
namespace {

void ends(session& s) {
  victim v(s);
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_INTERNAL_ERROR, "a reset vector without code");
  v.load({0xf4});
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "HLT");
  s.equal(static_cast<long>(v.registers().rip), victim::code + 1, "RIP behind it");
  v.load({0xcc});  // INT3, without an interrupt table
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_SHUTDOWN, "a triple fault");
  v.load({0x0f, 0x01, 0xc1}, 0x1234);  // VMCALL
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HYPERCALL && v.state->hypercall.nr == 0x1234,
           "a hypercall that umbra does not know");
  v.load({0xdb, 0x2d, 0, 0, 0, 0x40});  // FLD [40000000H]
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_INTERNAL_ERROR &&
               v.state->internal.suberror == KVM_INTERNAL_ERROR_EMULATION,
           "an access outside memory by an instruction that umbra does not know");
  s.taken(v.set_region(0, 0, 0, nullptr), "taking the memory away");
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_INTERNAL_ERROR, "code outside memory");
}

void ports(session& s) {
  victim v(s);
  auto* data = reinterpret_cast<unsigned char*>(v.state) + page;
  v.load({0xe4, 0x60, 0x66, 0xe5, 0x60, 0xe5, 0x60, 0xf4}, 0x1122'3344'5566'7788);  // IN AL; IN AX; IN EAX; HLT
  const auto in = [&](unsigned bytes) {
    s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_IO, "an IN");
    s.expect(v.state->io.direction == KVM_EXIT_IO_IN && v.state->io.size == bytes && v.state->io.port == 0x60,
             "its size");
    v.state->io.size = 200;  // umbra is not to believe what it finds here
    v.state->io.data_offset = ~0ull;
    for (unsigned n = 0; n < 8; ++n) data[n] = static_cast<unsigned char>(0xa0 + n);
  };
  in(1);
  in(2);
  s.equal(static_cast<long>(v.registers().rax), 0x1122'3344'5566'77a0, "what IN AL has read");
  in(4);
  s.equal(static_cast<long>(v.registers().rax), 0x1122'3344'5566'a1a0, "what IN AX has read");
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "the end");
  s.equal(static_cast<long>(v.registers().rax), 0xa3a2'a1a0, "what IN EAX has read");
}

/// MOV EAX, [40000000H]; HLT.
constexpr std::initializer_list<unsigned char> load_from_device = {0xa1, 0, 0, 0, 0x40, 0xf4};

bool reads_device(const victim& v) {
  return v.state->exit_reason == KVM_EXIT_MMIO && !v.state->mmio.is_write && v.state->mmio.len == 4 &&
         v.state->mmio.phys_addr == 0x4000'0000;
}

void memory_of_devices(session& s) {
  victim v(s);
  v.load(load_from_device);
  s.expect(v.run() == 0 && reads_device(v), "a load from a device");
  v.state->mmio.len = 200;  // umbra is not to believe what it finds here
  v.state->mmio.is_write = 1;
  for (unsigned n = 0; n < 8; ++n) v.state->mmio.data[n] = static_cast<unsigned char>(0xa0 + n);
  v.state->immediate_exit = 1;
  s.refused(v.run_once(), EINTR, "an immediate exit");
  s.equal(static_cast<long>(v.registers().rax), 0xa3a2'a1a0, "the load is done before");
  v.state->immediate_exit = 0;
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "it goes on behind it");

  v.load(load_from_device);
  s.expect(v.run() == 0 && reads_device(v), "a load from a device");
  v.load({0xf4}, 7);
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "registers that are set drop it");
  s.equal(static_cast<long>(v.registers().rax), 7, "and it changes nothing");

  v.load(load_from_device);
  s.expect(v.run() == 0 && reads_device(v), "a load from a device");
  s.taken(v.set_region(0, 0, 0, nullptr), "taking the memory away meanwhile");
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_INTERNAL_ERROR, "there is no code any more");
}

volatile sig_atomic_t alarmed = 0;
void on_alarm(int) { alarmed = 1; }

void expect_interrupted_soon(session& s, victim& v, const char* what) {
  alarmed = 0;
  struct sigaction a {};
  a.sa_handler = on_alarm;
  sigaction(SIGALRM, &a, nullptr);
  const itimerval soon{{0, 0}, {0, 20'000}};
  setitimer(ITIMER_REAL, &soon, nullptr);
  s.refused(v.run_until_alarm(alarmed), EINTR, what);
  s.equal(v.state->exit_reason, KVM_EXIT_INTR, "and the state says so");
}

void signals(session& s) {
  victim v(s);
  v.load({0xeb, 0xfe});  // JMP to itself
  expect_interrupted_soon(s, v, "a signal gets through to a guest that never leaves");
  kvm_sregs r = v.system_registers();
  r.ds.selector = 3;  // of another level than its segment: VM entry would refuse it
  s.taken(ioctl(v.vcpu, KVM_SET_SREGS, &r), "a segment that only code can put right");
  expect_interrupted_soon(s, v, "and to one whose instructions umbra executes");
  v.state->immediate_exit = 1;
  s.refused(v.run_once(), EINTR, "an immediate exit");
  v.state->immediate_exit = 0;
}

/// Memory goes while the guest runs on it, by the VMM's own thread.
void take_memory_away(session& s) {
  victim v(s);
  v.load({0xeb, 0xfe});
  std::thread other([&] {
    usleep(20'000);
    // A mapping that goes takes no pinned page from the guest; a region that goes does.
    munmap(v.memory, victim::memory_bytes);
    usleep(20'000);
    s.taken(v.set_region(0, 0, 0, nullptr), "deleting a region under a running guest");
  });
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_INTERNAL_ERROR,
           "the guest is stopped where it has no code");
  other.join();
}

/// One vCPU, two threads that run it.
void share_a_vcpu(session& s) {
  victim v(s);
  v.load({0xe6, 0xe9, 0xeb, 0xfc});  // OUT for ever
  unsigned done[2] = {};
  const auto drive = [&](unsigned n) {
    while (done[n] < 200 && v.run() == 0) ++done[n];
  };
  std::thread other(drive, 1);
  drive(0);
  other.join();
  s.equal(done[0] + done[1], 400, "each run is one thread's");
}

/// Registers are asked for while the vCPU runs: the request waits for it, or is interrupted.
void ask_a_running_vcpu(session& s) {
  victim v(s);
  alarmed = 0;
  v.load({0xeb, 0xfe});
  const pthread_t runner = pthread_self();
  std::thread other([&] {
    usleep(20'000);
    pthread_kill(runner, SIGALRM);
    s.equal(static_cast<long>(v.registers().rip), victim::code, "registers, once the vCPU has left");
  });
  s.refused(v.run_until_alarm(alarmed), EINTR, "the run that is in the way ends with a signal");
  other.join();
}

}  // namespace

void try_running(session& s) {
  ends(s);
  ports(s);
  memory_of_devices(s);
  signals(s);
  take_memory_away(s);
  share_a_vcpu(s);
  ask_a_running_vcpu(s);
}

}  // namespace umbra::abuse
