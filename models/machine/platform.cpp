// The core's platform functions, on the simulated machine. Each checks what a real host would suffer from.
#include "core/platform/platform.hpp"

#include "models/machine/active.hpp"
#include "models/machine/host.hpp"
#include "models/machine/msrs.hpp"

namespace umbra::platform {
namespace {

using umbra::machine::incident_kind;

unsigned long long shown(word w) { return w; }

/// Counts a request that may fail or sleep; whether it is to be refused.
bool refused(host& h, const char* what) {
  if (h.locked) h.incidents.report(incident_kind::lock_discipline, "%s under the MMU lock may sleep", what);
  return h.count.allocations++ == h.fail_at;
}

/// Whether the core may touch `bytes` at `a`. If not, reads give 0 and writes go nowhere.
bool reachable(host& h, hpa a, unsigned bytes, const char* what) {
  if (!h.locked) h.incidents.report(incident_kind::lock_discipline, "%s without the MMU lock: the slot may go", what);
  if (h.memory.pinned(a.value) && (a.value & 0xfff) + bytes <= 0x1000 && bytes >= 1 && bytes <= 8) return true;
  if (!h.memory.contains(a.value)) {
    h.incidents.report(incident_kind::bad_address, "%s at %#llx, which is not guest memory", what, shown(a.value));
  } else if (!h.memory.pinned(a.value)) {
    h.incidents.report(incident_kind::bad_address, "%s at %#llx, whose frame is not pinned", what, shown(a.value));
  } else {
    h.incidents.report(incident_kind::bad_access, "%s of %u bytes at %#llx", what, bytes, shown(a.value));
  }
  return false;
}

bool exists(host& h, vcpu_id id) {
  if (id < h.cpus.size()) return true;
  h.incidents.report(incident_kind::vmcs, "VMCS of vCPU %u, which does not exist", id);
  return false;
}

void check_unshared(host& h, vcpu_id id, word vpid) {
  for (vcpu_id other = 0; other < h.cpus.size(); ++other) {
    if (other != id && vpid != 0 && h.cpus[other].vpid() == vpid) {
      h.incidents.report(incident_kind::vmcs, "vCPUs %u and %u share VPID %#llx", id, other, shown(vpid));
    }
  }
}

bool natural(host& h, hpa a, unsigned bytes, const char* what) {
  if ((bytes == 4 || bytes == 8) && a.value % bytes == 0) return reachable(h, a, bytes, what);
  h.incidents.report(incident_kind::bad_access, "%s of %u bytes at %#llx: size or alignment", what, bytes,
                     shown(a.value));
  return false;
}

}  // namespace

table* allocate_table(host& h) { return refused(h, "allocate_table") ? nullptr : h.tables.allocate(); }

table* allocate_low_table(host& h) { return refused(h, "allocate_low_table") ? nullptr : h.tables.allocate_low(); }

void release_table(host& h, table* t) {
  if (!h.tables.release(t)) h.incidents.report(incident_kind::bad_release, "release of a table that is not out");
}

hpa address_of(host& h, const table* t) {
  const std::uint64_t frame = h.tables.frame_of(t);
  if (frame == 0) h.incidents.report(incident_kind::bad_address, "address of a table that is not out");
  return {frame << page_shift};
}

void* allocate(host& h, std::size_t bytes) { return refused(h, "allocate") ? nullptr : h.heap.allocate(bytes); }

void release(host& h, void* p, std::size_t bytes) {
  if (!h.heap.release(p, bytes)) {
    h.incidents.report(incident_kind::bad_release, "release of %zu bytes that are not out, or not of that size", bytes);
  }
}

bool pin(host& h, word userspace_page, hfn& out) {
  if (refused(h, "pin") || userspace_page >= umbra::machine::guest_frames) return false;
  out = {umbra::machine::first_guest_frame + userspace_page};
  h.memory.pin(out.value);
  return true;
}

void unpin(host& h, hfn f) {
  if (!h.memory.pinned(f.value << page_shift)) {
    h.incidents.report(incident_kind::bad_release, "unpin of frame %#llx, which is not pinned", shown(f.value));
    return;
  }
  h.memory.unpin(f.value);
}

word read(host& h, hpa a, unsigned bytes) {
  if (!natural(h, a, bytes, "read")) return 0;
  h.count.races += h.races.before_read();
  ++h.count.reads;
  return h.memory.load(a.value, bytes);
}

void write(host& h, hpa a, word value, unsigned bytes) {
  if (!reachable(h, a, bytes, "write")) return;
  ++h.count.writes;
  h.memory.store(a.value, value, bytes);
}

flag compare_exchange(host& h, hpa a, word expected, word desired, unsigned bytes) {
  if (!natural(h, a, bytes, "compare-exchange")) return false;
  h.count.races += h.races.before_read();
  ++h.count.reads;
  ++h.count.exchanges;
  if (h.memory.load(a.value, bytes) != expected) return false;
  ++h.count.writes;
  h.memory.store(a.value, desired, bytes);
  return true;
}

flag compare_exchange(host& h, hpa a, const word_pair& expected, const word_pair& desired) {
  if (a.value % 16 != 0) {
    h.incidents.report(incident_kind::bad_access, "compare-exchange of 16 bytes at %#llx: alignment", shown(a.value));
    return false;
  }
  if (!reachable(h, a, 8, "compare-exchange")) return false;
  h.count.races += h.races.before_read();
  ++h.count.reads;
  ++h.count.exchanges;
  if (h.memory.load(a.value, 8) != expected.low || h.memory.load(a.value + 8, 8) != expected.high) return false;
  ++h.count.writes;
  h.memory.store(a.value, desired.low, 8);
  h.memory.store(a.value + 8, desired.high, 8);
  return true;
}

word read_vmcs(host& h, vcpu_id id, x86::vmcs f) { return exists(h, id) ? h.cpus[id].read_vmcs(f) : 0; }

void write_vmcs(host& h, vcpu_id id, x86::vmcs f, word value) {
  if (!exists(h, id)) return;
  if (f == x86::vmcs::vpid) check_unshared(h, id, value);
  h.cpus[id].write_vmcs(f, value);
}

unsigned vpid(host& h, vcpu_id id) { return exists(h, id) ? h.cpus[id].tag() : 0; }

bool read_msr(host&, x86::msr which, std::uint64_t& value) { return umbra::machine::read_msr(which, value); }

void flush_vcpu(host& h, vcpu_id id) {
  ++h.count.vcpu_flushes;
  if (id >= h.cpus.size()) {
    h.incidents.report(incident_kind::flush, "flush of vCPU %u, which does not exist", id);
    return;
  }
  // The calling vCPU has left guest mode: one that has not is another, whose processor an INVVPID here does not reach.
  if (h.cpus[id].in_guest()) {
    h.incidents.report(incident_kind::flush, "flush_vcpu of vCPU %u, which is in guest mode: not the calling one", id);
    return;
  }
  h.cpus[id].flush();
}

void flush_all(host& h) {
  ++h.count.all_flushes;
  for (auto& cpu : h.cpus) {
    if (cpu.in_guest()) {
      ++h.count.kicks;
      cpu.kick();
    }
    cpu.flush();
  }
}

void lock(host& h) {
  if (h.locked) h.incidents.report(incident_kind::lock_discipline, "the MMU lock taken twice: a deadlock");
  h.locked = true;
}

void unlock(host& h) {
  if (!h.locked) h.incidents.report(incident_kind::lock_discipline, "the MMU lock released while it is not held");
  h.locked = false;
}

void assertion_failed(const char* condition, const char* file, unsigned line) {
  umbra::machine::report_assertion(condition, file, line);
}

}  // namespace umbra::platform
