// Requests that do not exist, or with arguments that they do not take.
#include <sys/mman.h>
#include <unistd.h>

#include "tools/vmm/abuse/session.hpp"

namespace umbra::abuse {
namespace {

void device(session& s) {
  const int fd = s.open_device();
  s.taken(fd, "opening the device");
  s.equal(ioctl(fd, KVM_GET_API_VERSION, 0), KVM_API_VERSION, "the version");
  s.refused(ioctl(fd, KVM_GET_API_VERSION, 1), EINVAL, "a version with an argument");
  s.refused(ioctl(fd, KVM_CREATE_VM, 1), EINVAL, "a VM of another type");
  s.refused(ioctl(fd, KVM_GET_VCPU_MMAP_SIZE, 1), EINVAL, "a size with an argument");
  s.refused(ioctl(fd, KVM_RUN, 0), ENOTTY, "running the device");
  s.refused(ioctl(fd, 0xffff'ffff, 0), ENOTTY, "a request that nobody knows");
  s.refused(read(fd, nullptr, 1), EINVAL, "reading the device");
  s.expect(mmap(nullptr, page, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED, "mapping the device");
  close(fd);
}

void extensions(session& s) {
  const victim v(s);
  s.equal(ioctl(v.device, KVM_CHECK_EXTENSION, KVM_CAP_USER_MEMORY), 1, "memory regions are offered");
  s.equal(ioctl(v.vm, KVM_CHECK_EXTENSION, KVM_CAP_READONLY_MEM), 1, "so are read-only ones");
  s.equal(ioctl(v.vm, KVM_CHECK_EXTENSION, KVM_CAP_SET_TSS_ADDR), 1, "real mode takes an address");
  s.equal(ioctl(v.vm, KVM_SET_TSS_ADDR, 0xfffb'd000), 0, "which it does not use");
  s.refused(ioctl(v.vm, KVM_SET_TSS_ADDR, 0xffff'e000), EINVAL, "an address whose three pages do not end below 4 GiB");
  s.equal(ioctl(v.device, KVM_CHECK_EXTENSION, KVM_CAP_SYNC_MMU), 0, "memory does not follow the VMM's mappings");
  s.equal(ioctl(v.device, KVM_CHECK_EXTENSION, KVM_CAP_IRQCHIP), 0, "there is no interrupt controller");
  s.equal(ioctl(v.device, KVM_CHECK_EXTENSION, KVM_CAP_EXT_CPUID), 1, "CPUID is the VMM's to say");
  s.equal(ioctl(v.device, KVM_CHECK_EXTENSION, ~0ul), 0, "nothing is offered that nobody knows");
}

void vcpus(session& s) {
  const victim v(s);
  const int most = ioctl(v.device, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS);
  s.refused(ioctl(v.vm, KVM_CREATE_VCPU, 0), EEXIST, "a vCPU that there is");
  s.refused(ioctl(v.vm, KVM_CREATE_VCPU, most), EINVAL, "a vCPU beyond the last");
  s.refused(ioctl(v.vm, KVM_CREATE_VCPU, ~0ul), EINVAL, "the vCPU number -1");
  s.refused(ioctl(v.vm, KVM_CREATE_VCPU, 1ul << 32), EINVAL, "a number whose lower half is a good one");
  for (int n = 1; n < most; ++n) {
    const int fd = ioctl(v.vm, KVM_CREATE_VCPU, n);
    s.taken(fd, "each vCPU that is promised");
    close(fd);
  }
  s.refused(ioctl(v.vcpu, KVM_RUN, 1), EINVAL, "a run with an argument");
  s.refused(ioctl(v.vcpu, KVM_CREATE_VCPU, 1), ENOTTY, "a vCPU of a vCPU");
  for (const unsigned long request : {KVM_GET_REGS, KVM_SET_REGS, KVM_GET_SREGS, KVM_SET_SREGS}) {
    s.refused(ioctl(v.vcpu, request, nullptr), EFAULT, "registers at no address");
    s.refused(ioctl(v.vcpu, request, 0xffff'8000'0000'0000), EFAULT, "registers at an address of the kernel");
  }
  s.refused(ioctl(v.vm, KVM_SET_USER_MEMORY_REGION, 8), EFAULT, "a region described at a bad address");
}

void mappings(session& s) {
  const victim v(s);
  s.equal(static_cast<long>(v.state_bytes), 2 * page, "the size of a vCPU's state");
  s.expect(mmap(nullptr, 3 * page, PROT_READ, MAP_SHARED, v.vcpu, 0) == MAP_FAILED,
           "more of a vCPU's state than there is");
  s.expect(mmap(nullptr, page, PROT_READ, MAP_SHARED, v.vcpu, 2 * page) == MAP_FAILED, "state behind the last page");
  void* second = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, v.vcpu, page);
  s.expect(second != MAP_FAILED, "the second page by itself");
  munmap(second, page);
}

void statistics(session& s) {
  const victim v(s);
  const int fd = ioctl(v.vm, KVM_GET_STATS_FD, 0);
  s.taken(fd, "statistics of a VM");
  s.refused(ioctl(v.vcpu, KVM_GET_STATS_FD, 1), EINVAL, "statistics with an argument");
  kvm_stats_header h{};
  s.equal(pread(fd, &h, sizeof h, 0), sizeof h, "their header");
  s.equal(pread(fd, &h, sizeof h, 1 << 20), 0, "nothing behind their end");
  s.refused(pread(fd, reinterpret_cast<void*>(8), 16, 0), EFAULT, "reading them to nowhere");
  s.refused(write(fd, &h, sizeof h), EBADF, "writing them");
  close(fd);
}

}  // namespace

void try_requests(session& s) {
  device(s);
  extensions(s);
  vcpus(s);
  mappings(s);
  statistics(s);
}

}  // namespace umbra::abuse
