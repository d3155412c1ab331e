// The core's platform functions, on Linux. What is the processor's is done here, what is the kernel's by the C side.

#include "core/platform/platform.hpp"

#include "core/module/host.hpp"
#include "core/module/live_check.hpp"

namespace umbra::platform {

table* allocate_table(host&) { return static_cast<table*>(umbra_host_table(0)); }
table* allocate_low_table(host&) { return static_cast<table*>(umbra_host_table(1)); }
void release_table(host&, table* t) { umbra_host_table_free(t); }
hpa address_of(host& h, const table* t) { return h.address_of(t); }

void* allocate(host&, std::size_t bytes) { return umbra_host_alloc(bytes); }
void release(host&, void* p, std::size_t) { umbra_host_free(p); }

bool pin(host& h, word userspace_page, hfn& out) {
  unsigned long frame = 0;
  if (umbra_host_pin(h.vm, userspace_page, &frame) == 0) return false;
  out = {frame};
  if (h.check != nullptr) h.check->pinned(frame);
  return true;
}

void unpin(host& h, hfn f) { umbra_host_unpin(h.vm, f.value); }

word read(host& h, hpa where, unsigned bytes) {
  if (bytes == 4) return __atomic_load_n(static_cast<const std::uint32_t*>(h.at(where)), __ATOMIC_ACQUIRE);
  return __atomic_load_n(static_cast<const std::uint64_t*>(h.at(where)), __ATOMIC_ACQUIRE);
}

void write(host& h, hpa where, word value, unsigned bytes) {
  // The largest naturally aligned units that the run is made of, each at once.
  auto* to = static_cast<std::uint8_t*>(h.at(where));
  while (bytes > 0) {
    unsigned unit = 8;
    while (unit > bytes || reinterpret_cast<std::uint64_t>(to) % unit != 0) unit /= 2;
    switch (unit) {
      case 8:
        __atomic_store_n(reinterpret_cast<std::uint64_t*>(to), value, __ATOMIC_RELEASE);
        return;
      case 4:
        __atomic_store_n(reinterpret_cast<std::uint32_t*>(to), static_cast<std::uint32_t>(value), __ATOMIC_RELEASE);
        break;
      case 2:
        __atomic_store_n(reinterpret_cast<std::uint16_t*>(to), static_cast<std::uint16_t>(value), __ATOMIC_RELEASE);
        break;
      default:
        __atomic_store_n(to, static_cast<std::uint8_t>(value), __ATOMIC_RELEASE);
        break;
    }
    to += unit;
    bytes -= unit;
    value >>= 8 * unit;
  }
}

flag compare_exchange(host& h, hpa where, word expected, word desired, unsigned bytes) {
  if (bytes == 4) {
    auto narrow = static_cast<std::uint32_t>(expected);
    return __atomic_compare_exchange_n(static_cast<std::uint32_t*>(h.at(where)), &narrow,
                                       static_cast<std::uint32_t>(desired), false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
  }
  return __atomic_compare_exchange_n(static_cast<std::uint64_t*>(h.at(where)), &expected, desired, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

// Every processor with VMX has CMPXCHG16B.
flag compare_exchange(host& h, hpa where, const word_pair& expected, const word_pair& desired) {
  std::uint64_t low = expected.low, high = expected.high;
  bool same;
  asm volatile("lock cmpxchg16b %[at]"
               : [at] "+m"(*static_cast<word_pair*>(h.at(where))), "+a"(low), "+d"(high), "=@ccz"(same)
               : "b"(static_cast<std::uint64_t>(desired.low)), "c"(static_cast<std::uint64_t>(desired.high))
               : "memory");
  return same;
}

// VMREAD and VMWRITE work on the processor's current VMCS, which is the calling vCPU's. They fail with CF or ZF.

word read_vmcs(host&, vcpu_id, x86::vmcs f) {
  std::uint64_t value = 0;
  bool failed;
  asm volatile("vmread %[field], %[value]"
               : [value] "=r"(value), "=@ccbe"(failed)
               : [field] "r"(static_cast<std::uint64_t>(f)));
  if (failed) [[unlikely]] {
    umbra_host_bad_vmcs_field(static_cast<unsigned>(f));
    return 0;
  }
  return value;
}

void write_vmcs(host&, vcpu_id, x86::vmcs f, word value) {
  bool failed;
  asm volatile("vmwrite %[value], %[field]"
               : "=@ccbe"(failed)
               : [field] "r"(static_cast<std::uint64_t>(f)), [value] "r"(value));
  if (failed) [[unlikely]]
    umbra_host_bad_vmcs_field(static_cast<unsigned>(f));
}

unsigned vpid(host& h, vcpu_id v) { return umbra_host_vpid(h.vm, v); }

bool read_msr(host&, x86::msr which, std::uint64_t& value) {
  return umbra_host_read_msr(static_cast<unsigned>(which), &value) != 0;
}

void flush_vcpu(host& h, vcpu_id v) { umbra_host_flush_vcpu(h.vm, v); }
void flush_all(host& h) { umbra_host_flush_all(h.vm); }

void lock(host& h) { umbra_host_lock(h.vm); }
void unlock(host& h) { umbra_host_unlock(h.vm); }

void assertion_failed(const char* condition, const char* file, unsigned line) {
  umbra_host_assertion(condition, file, line);
}

}  // namespace umbra::platform
