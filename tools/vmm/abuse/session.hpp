// A VMM that means ill, and an account of how its requests are answered.
#pragma once

#include <linux/kvm.h>
#include <signal.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace umbra::abuse {

constexpr std::size_t page = 4096;

class session {
 public:
  explicit session(std::string device) : device_(std::move(device)) {}

  /// Each counts as one check; what is not as expected is printed.
  void expect(bool good, const char* what);
  void equal(long found, long expected, const char* what);
  /// `result` is a system call's: it must have failed with `error`.
  void refused(long result, int error, const char* what);
  void taken(long result, const char* what);

  int open_device() const;
  unsigned checks() const { return checks_; }
  unsigned failures() const { return failures_; }

 private:
  std::string device_;
  unsigned checks_ = 0, failures_ = 0;
};

/// A VM with a few pages of memory and one vCPU, ready to be misused. Plain numbers: trials close them as they like.
struct victim {
  static constexpr std::size_t memory_bytes = 64 * page;
  static constexpr std::uint32_t code = 0x1000;

  explicit victim(const session&, bool with_memory = true);
  ~victim();
  victim(const victim&) = delete;
  victim& operator=(const victim&) = delete;

  /// Puts instructions at `code`, and the vCPU there in flat 32-bit protected mode.
  void load(std::initializer_list<unsigned char> instructions, unsigned long rax = 0);
  /// One KVM_RUN: 0, or -1 with EINTR, which need not mean a signal.
  int run_once();
  /// Until the guest leaves.
  int run();
  /// Until a signal handler says so, or the guest leaves; the last result.
  int run_until_alarm(const volatile sig_atomic_t& alarmed);
  long set_region(std::uint32_t slot, std::uint64_t guest, std::uint64_t bytes, const void* memory,
                  std::uint32_t flags = 0);
  kvm_regs registers() const;
  kvm_sregs system_registers() const;

  int device, vm, vcpu;
  unsigned char* memory;
  kvm_run* state;
  std::size_t state_bytes;
};

void try_requests(session&);
void try_regions(session&);
void try_registers(session&);
void try_identity(session&);
void try_events(session&);
void try_running(session&);
void try_lifetimes(session&);

}  // namespace umbra::abuse
