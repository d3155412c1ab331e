#include "tools/vmm/host/machine.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace umbra::vmm {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

constexpr unsigned vcpu_limit = 16;

}  // namespace

descriptor::~descriptor() {
  if (fd_ >= 0) close(fd_);
}

descriptor::descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

int request(const descriptor& fd, unsigned long command, unsigned long argument, const char* what) {
  const int result = ioctl(*fd, command, argument);
  if (result < 0) fail(what);
  return result;
}

mapping::mapping(std::size_t bytes) : size_(bytes) {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) fail("memory for the guest");
  at_ = static_cast<std::byte*>(at);
}

mapping::mapping(const descriptor& file, std::size_t bytes) : size_(bytes) {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *file, 0);
  if (at == MAP_FAILED) fail("mapping a vCPU's state");
  at_ = static_cast<std::byte*>(at);
}

mapping::mapping(mapping&& other) noexcept : at_(std::exchange(other.at_, nullptr)), size_(other.size_) {}

mapping::~mapping() {
  if (at_ != nullptr) munmap(at_, size_);
}

vcpu::vcpu(const descriptor& system, const descriptor& vm, unsigned id)
    : file_(request(vm, KVM_CREATE_VCPU, id, "making a vCPU")),
      shared_(file_,
              static_cast<std::size_t>(request(system, KVM_GET_VCPU_MMAP_SIZE, 0ul, "the size of a vCPU's state"))),
      id_(id) {}

void vcpu::start_at(std::uint32_t entry, std::uint32_t argument) {
  constexpr unsigned protected_mode = 1;
  kvm_sregs s;
  request(file_, KVM_GET_SREGS, &s, "reading system registers");
  s.cr0 |= protected_mode;
  const kvm_segment data{.base = 0,
                         .limit = 0xffff'ffff,
                         .selector = 0x10,
                         .type = 3,
                         .present = 1,
                         .dpl = 0,
                         .db = 1,
                         .s = 1,
                         .l = 0,
                         .g = 1,
                         .avl = 0,
                         .unusable = 0,
                         .padding = 0};
  s.ds = s.es = s.fs = s.gs = s.ss = data;
  s.cs = data;
  s.cs.selector = 8;
  s.cs.type = 11;
  request(file_, KVM_SET_SREGS, &s, "setting system registers");
  kvm_regs r{};
  r.rip = entry;
  r.rflags = 2;
  r.rax = argument;
  request(file_, KVM_SET_REGS, &r, "setting registers");
}

bool vcpu::run() {
  if (ioctl(*file_, KVM_RUN, 0) == 0) return true;
  if (errno != EINTR) fail("running a vCPU");
  return false;
}

std::span<std::byte> vcpu::io_data() const {
  const auto& io = state().io;
  return shared_.bytes().subspan(io.data_offset, std::size_t{io.size} * io.count);
}

machine::machine(const std::string& device, std::size_t memory)
    : system_(open(device.c_str(), O_RDWR | O_CLOEXEC)),
      vm_(*system_ >= 0 ? request(system_, KVM_CREATE_VM, 0ul, "making a VM") : -1),
      memory_(memory) {
  if (*system_ < 0) fail("opening " + device);
  if (request(system_, KVM_GET_API_VERSION, 0ul, "asking for the version") != KVM_API_VERSION) {
    throw std::runtime_error(device + " speaks another version of the interface");
  }
  vcpus_.reserve(vcpu_limit);
  add_memory(0, memory_.bytes());
}

void machine::add_memory(std::uint64_t guest_address, std::span<std::byte> memory) {
  kvm_userspace_memory_region region{};
  region.slot = regions_++;
  region.guest_phys_addr = guest_address;
  region.memory_size = memory.size();
  region.userspace_addr = reinterpret_cast<std::uint64_t>(memory.data());
  request(vm_, KVM_SET_USER_MEMORY_REGION, &region, "giving the guest its memory");
}

void machine::map_firmware() {
  constexpr std::uint64_t bytes = 0x1'0000, low_end = 0x10'0000, high_end = 0x1'0000'0000;
  add_memory(high_end - bytes, memory().subspan(low_end - bytes, bytes));
}

vcpu& machine::add_vcpu() { return vcpus_.emplace_back(system_, vm_, static_cast<unsigned>(vcpus_.size())); }

}  // namespace umbra::vmm
