// Memory regions that cannot be.
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/vmm/abuse/session.hpp"

namespace umbra::abuse {
namespace {

void shapes(session& s) {
  victim v(s, false);
  const auto* m = v.memory;
  s.refused(v.set_region(0, 1, page, m), EINVAL, "a region off a page's start");
  s.refused(v.set_region(0, 0, page + 1, m), EINVAL, "a region that ends inside a page");
  s.refused(v.set_region(0, 0, page, m + 8), EINVAL, "memory off a page's start");
  s.refused(v.set_region(32, 0, page, m), EINVAL, "a slot beyond the last");
  s.refused(v.set_region(1u << 16, 0, page, m), EINVAL, "a slot of another address space");
  s.refused(v.set_region(0, 0, page, m, KVM_MEM_LOG_DIRTY_PAGES), EINVAL, "a log, which is not offered");
  s.refused(v.set_region(0, 0, page, m, 1u << 31), EINVAL, "a flag that nobody knows");
  s.refused(v.set_region(0, ~std::uint64_t{0xfff}, 2 * page, m), EINVAL, "a region that wraps around");
  s.refused(v.set_region(0, std::uint64_t{1} << 52, page, m), EINVAL, "a region beyond physical addresses");
  s.refused(v.set_region(0, 0, std::uint64_t{1} << 40, m), EINVAL, "a region that is too long");
  s.refused(v.set_region(0, 0, 0, m), EINVAL, "deleting what is not there");
}

void backing(session& s) {
  victim v(s, false);
  s.refused(v.set_region(0, 0, page, reinterpret_cast<void*>(0xffff'8880'0000'0000)), EINVAL, "the kernel's memory");
  s.refused(v.set_region(0, 0, page, nullptr), EFAULT, "memory that is not mapped");
  s.refused(v.set_region(0, 0, 2 * victim::memory_bytes, v.memory), EFAULT, "memory that ends too soon");
  void* sealed = mmap(nullptr, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  s.refused(v.set_region(0, 0, page, sealed), EFAULT, "memory that the VMM may not write");
  s.refused(v.set_region(0, 0, page, sealed, KVM_MEM_READONLY), EFAULT, "the same for a guest that may not either");
  s.taken(v.set_region(0, 0, page, v.state), "a vCPU's own state, which is the VMM's to spoil");
  munmap(sealed, page);
}

void changes(session& s) {
  victim v(s, false);
  const auto* m = v.memory;
  s.taken(v.set_region(3, 0x10000, 4 * page, m), "a region");
  s.taken(v.set_region(3, 0x10000, 4 * page, m), "the same again");
  s.refused(v.set_region(3, 0x10000, 5 * page, m), EINVAL, "another size");
  s.refused(v.set_region(3, 0x10000, 4 * page, m + page), EINVAL, "other memory");
  s.refused(v.set_region(3, 0x10000, 4 * page, m, KVM_MEM_READONLY), EINVAL, "another kind");
  s.refused(v.set_region(4, 0x13000, page, m), EEXIST, "one that overlaps");
  s.refused(v.set_region(4, 0xf000, 3 * page, m), EEXIST, "one that begins before it");
  s.taken(v.set_region(4, 0x14000, page, m), "one beside it, on the same memory");
  s.refused(v.set_region(3, 0x14000, 4 * page, m), EEXIST, "moving onto another");
  s.taken(v.set_region(3, 0x20000, 4 * page, m), "moving");
  s.taken(v.set_region(5, 0x10000, page, m), "a region where that was");
  s.taken(v.set_region(3, 0, 0, nullptr), "deleting it");
  s.refused(v.set_region(3, 0, 0, nullptr), EINVAL, "deleting it twice");
}

/// Pinned memory counts against RLIMIT_MEMLOCK, whoever runs the VMM.
void limit(session& s) {
  const victim v(s, false);
  const int device = s.open_device();
  const pid_t child = fork();
  if (child == 0) {
    const rlimit few{8 * page, 8 * page};
    setrlimit(RLIMIT_MEMLOCK, &few);
    setuid(65534);
    const int vm = ioctl(device, KVM_CREATE_VM, 0);
    const auto set = [&](std::uint64_t pages) {
      kvm_userspace_memory_region r{0, 0, 0, pages * page, reinterpret_cast<std::uint64_t>(v.memory)};
      return ioctl(vm, KVM_SET_USER_MEMORY_REGION, &r);
    };
    _exit(vm >= 0 && set(9) < 0 && errno == ENOMEM && set(8) == 0 ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  s.equal(status, 0, "no more memory can be pinned than may be locked");
  close(device);
}

}  // namespace

void try_regions(session& s) {
  shapes(s);
  backing(s);
  changes(s);
  limit(s);
}

}  // namespace umbra::abuse
