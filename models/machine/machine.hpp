// The simulated machine, as harnesses use it: one VM's host with two processors.
//
// Everything is allocated when a machine is made; reset() makes it new at a cost that depends only on what the last
// input touched. One machine is the active one of its thread: the last one made or reset.
#pragma once

#include "core/x86/address.hpp"
#include "models/machine/host.hpp"

namespace umbra::machine {

class machine {
 public:
  machine();
  ~machine();
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  /// As new. Guest memory is as in `base` (ram::capture()), or zero. Destroy the core's objects first.
  void reset(const image* base = nullptr);

  platform::host& host() { return host_; }
  ram& memory() { return host_.memory; }
  const ram& memory() const { return host_.memory; }
  processor& cpu(unsigned id) { return host_.cpus[id]; }
  const processor& cpu(unsigned id) const { return host_.cpus[id]; }
  const table_arena& tables() const { return host_.tables; }
  /// table_arena::take_weakened().
  bool take_weakened() { return host_.tables.take_weakened(); }
  /// table_arena::take_stores(); what it returns is good until the next store.
  stores take_stores() { return host_.tables.take_stores(); }
  const counters& count() const { return host_.count; }

  /// Everything between two operations of the core: the core's own objects included, as far as they lie in memory that
  /// platform functions gave. Objects elsewhere are their owner's to save beside it.
  struct snapshot {
    ram::changes memory;
    table_arena::image tables;
    heap::image heap;
    std::array<processor::state, vcpu_limit> cpus;
    counters count;
  };
  void save(snapshot&) const;
  /// All is as it was, at the same addresses; the cost depends on what either state holds. Nobody is told: what the
  /// core had taken since is gone.
  void restore(const snapshot&);
  /// The same with other guest memory; of a snapshot taken before any store to it.
  void restore(const snapshot&, const image* base);

  /// What the core did wrong since the last reset.
  incident_log& incidents() { return host_.incidents; }
  const incident_log& incidents() const { return host_.incidents; }

  /// `f(context)` runs just before the n-th read of guest memory by the core from now; 0 is the next one. A
  /// compare-exchange begins with a read. False if race_schedule::limit are armed.
  bool arm_race(std::uint64_t nth_read, race_schedule::callback f, void* context) {
    return host_.races.arm(nth_read, f, context);
  }
  /// Forgets races that have not fired; returns how many.
  unsigned disarm_races() { return host_.races.disarm(); }

  /// The n-th request for a table, memory or a pin from now fails; 0 is the next one. Later ones do not.
  void fail_allocation(std::uint64_t nth) { host_.fail_at = host_.count.allocations + nth; }
  void allow_allocations() { host_.fail_at = platform::host::never; }

  /// A store of 1 to 8 bytes by a vCPU that is in guest mode, if its TLB or the shadow tables let it through without an
  /// exit; across a page boundary too. Returns whether it landed; if not, guest memory is as it was.
  bool guest_write_via(unsigned cpu, std::uint64_t gva, std::uint64_t value, unsigned bytes, request by = {});

  /// What the core has taken and not returned (I12): 0 after a proper teardown.
  unsigned tables_out() const { return host_.tables.tables_out(); }
  std::size_t bytes_out() const { return host_.heap.bytes_out(); }
  unsigned pins_out() const { return host_.memory.pins_out(); }

  /// Whether the core holds the MMU lock.
  bool locked() const { return host_.locked; }

 private:
  void restore_the_rest(const snapshot&);
  void settle();

  platform::host host_;
};

}  // namespace umbra::machine
