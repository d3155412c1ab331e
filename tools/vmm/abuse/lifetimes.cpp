// Files closed in any order, by anybody, at any time.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/vmm/abuse/session.hpp"

namespace umbra::abuse {
namespace {

void close_the_vm_first(session& s) {
  victim v(s);
  v.load({0xf4});
  close(v.vm);
  close(v.device);
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "a vCPU keeps its VM alive");
  v.vm = v.device = -1;
}

void keep_only_a_mapping(session& s) {
  victim v(s);
  close(v.vcpu);
  close(v.vm);
  v.vcpu = v.vm = -1;
  v.state->immediate_exit = 1;
  s.equal(v.state->immediate_exit, 1, "a mapping keeps the vCPU's state alive");
}

void keep_only_statistics(session& s) {
  victim v(s);
  const int fd = ioctl(v.vcpu, KVM_GET_STATS_FD, 0);
  close(v.vcpu);
  close(v.vm);
  v.vcpu = v.vm = -1;
  kvm_stats_header h{};
  s.equal(pread(fd, &h, sizeof h, 0), sizeof h, "statistics outlive their files");
  close(fd);
}

/// Another process has the files, but not the memory that they are about.
void inherit(session& s) {
  victim v(s);
  v.load({0xf4});
  const pid_t child = fork();
  if (child == 0) {
    const bool kept_out =
        v.run_once() < 0 && errno == EIO && v.set_region(1, 0x100000, page, v.memory) < 0 && errno == EIO;
    _exit(kept_out ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  s.equal(status, 0, "a child cannot use its parent's VM");
  s.expect(v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT, "and does it no harm");
}

/// A VMM that is killed while its guest runs.
void die(session& s) {
  const pid_t child = fork();
  if (child == 0) {
    victim v(s);
    v.load({0xeb, 0xfe});
    v.run();
    _exit(1);
  }
  usleep(100'000);
  kill(child, SIGKILL);
  int status = 0;
  s.equal(waitpid(child, &status, 0), child, "a VMM dies");
  s.expect(WIFSIGNALED(status), "of the signal");
}

void many(session& s) {
  constexpr unsigned count = 20;
  unsigned made = 0;
  for (unsigned n = 0; n < count; ++n) {
    victim v(s);
    v.load({0xf4});
    made += v.run() == 0 && v.state->exit_reason == KVM_EXIT_HLT;
  }
  s.equal(made, count, "VMs one after the other");
}

}  // namespace

void try_lifetimes(session& s) {
  close_the_vm_first(s);
  keep_only_a_mapping(s);
  keep_only_statistics(s);
  inherit(s);
  die(s);
  many(s);
}

}  // namespace umbra::abuse
