// A VM: its memory, and its vCPUs by the interface that <linux/kvm.h> describes.
#pragma once

#include <linux/kvm.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace umbra::vmm {

/// A file descriptor that is closed when this goes away.
class descriptor {
 public:
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor();
  descriptor(descriptor&&) noexcept;
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int operator*() const { return fd_; }

 private:
  int fd_;
};

/// ioctl() that throws std::system_error, with `what` could not be done.
int request(const descriptor&, unsigned long command, unsigned long argument, const char* what);
template <class T>
int request(const descriptor& fd, unsigned long command, T* argument, const char* what) {
  return request(fd, command, reinterpret_cast<unsigned long>(argument), what);
}

/// Anonymous memory.
class mapping {
 public:
  explicit mapping(std::size_t bytes);
  mapping(const descriptor&, std::size_t bytes);
  ~mapping();
  mapping(mapping&&) noexcept;
  mapping(const mapping&) = delete;
  mapping& operator=(const mapping&) = delete;
  std::span<std::byte> bytes() const { return {at_, size_}; }

 private:
  std::byte* at_;
  std::size_t size_;
};

class vcpu {
 public:
  vcpu(const descriptor& system, const descriptor& vm, unsigned id);

  /// Flat 32-bit protected mode without paging, at `entry`, EAX = `argument`.
  void start_at(std::uint32_t entry, std::uint32_t argument);
  /// Lets it run until it leaves; false if a signal made it.
  bool run();
  kvm_run& state() const { return *reinterpret_cast<kvm_run*>(shared_.bytes().data()); }
  /// The bytes that an exit for port I/O is about.
  std::span<std::byte> io_data() const;
  const descriptor& file() const { return file_; }
  unsigned id() const { return id_; }

 private:
  descriptor file_;
  mapping shared_;
  unsigned id_;
};

class machine {
 public:
  /// `memory` bytes from guest-physical address 0.
  machine(const std::string& device, std::size_t memory);

  /// Shows the last 64 KiB below 1 MiB below 4 GiB, too, where a processor that comes out of reset looks for code.
  void map_firmware();
  vcpu& add_vcpu();
  std::span<std::byte> memory() const { return memory_.bytes(); }
  const descriptor& file() const { return vm_; }
  std::vector<vcpu>& vcpus() { return vcpus_; }

 private:
  void add_memory(std::uint64_t guest_address, std::span<std::byte>);

  descriptor system_, vm_;
  mapping memory_;
  unsigned regions_ = 0;
  std::vector<vcpu> vcpus_;
};

}  // namespace umbra::vmm
