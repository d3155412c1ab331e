// The shadow MMU of one VM.
//
// The processor walks only tables that this class builds. Each present entry in them says no more than the guest's own
// tables say, and maps only the VM's own frames. Guest tables that are shadowed cannot be written by the guest without
// an exit, so the two stay in step.
#pragma once

#include <array>

#include "core/memory/space.hpp"
#include "core/mmu/access.hpp"
#include "core/mmu/chain.hpp"
#include "core/mmu/context.hpp"
#include "core/mmu/meaning.hpp"
#include "core/mmu/page_hash.hpp"
#include "core/mmu/page_pool.hpp"
#include "core/mmu/statistics.hpp"
#include "core/mmu/walk.hpp"

namespace umbra::mmu {

/// What came of a compare-and-exchange.
enum class exchange_result : unsigned char {
  exchanged,
  lost,       ///< memory no longer held what was expected; nothing was written
  no_memory,  ///< a hole, or read-only memory: for a device to answer
};

using platform::word_pair;

/// What the vCPU does next.
enum class verdict : unsigned char {
  resume,    ///< run the instruction again; after locate(): the access leads to `address`
  retry,     ///< after locate(): the guest raced; run the instruction again
  inject,    ///< a page fault for the guest: `error_code`, CR2 = `fault`
  emulate,   ///< a write that hardware must not perform: decode it, locate() its operands and write_guest()
  mmio,      ///< no memory at `address`, or a write to read-only memory
  shutdown,  ///< the guest's root table is not in memory: no instruction can run
};

struct outcome {
  verdict next = verdict::resume;
  word error_code{};
  gva fault{};
  gpa address{};
};

class mmu {
 public:
  static constexpr unsigned context_limit = 16;
  static constexpr unsigned default_pages = 1024;
  /// An operation starts with at least this many pages free: enough for one path, or for the roots of one vCPU.
  static constexpr unsigned free_floor = 5;
  /// Reclaim goes on until this many are free, so that it runs rarely.
  static constexpr unsigned refill = 25;

  explicit mmu(memory::space& m) : host_(m.host()), memory_(m), pool_(m.host()), hash_(m.host()) {}
  ~mmu();
  mmu(const mmu&) = delete;
  mmu& operator=(const mmu&) = delete;

  /// Allocates `pages` shadow pages. False, and nothing kept, if memory runs out or they are too few for one vCPU.
  bool create(unsigned pages = default_pages);
  /// The fewest pages with which `vcpus` make progress.
  static constexpr unsigned minimum_pages(unsigned vcpus) { return vcpus * roots_a_vcpu + recent_pages + free_floor; }

  /// Adds a vCPU. False, and nothing kept, if memory runs out or the pool is too small for one more.
  bool attach(context&);
  /// Removes a vCPU and drops its roots.
  void detach(context&);

  // --- on behalf of one vCPU, which is not in guest mode ---

  /// The vCPU's control registers changed: forget its roots and what its TLB holds.
  void set_mode(context&, const mode&);
  /// Before VM entry: sees to it that roots are loaded, and says what hardware's CR3 must be. `resume` or `shutdown`.
  verdict load(context&, word& cr3);
  /// The processor reported a page fault at `where`.
  outcome fault(context&, gva where, access);
  /// A write that nobody can emulate: drops the shadows of the table that `where` lies in, and makes it writable at
  /// once, since another vCPU that uses the table will have it protected again soon. On `resume` hardware tries again.
  /// `emulate`: that cannot help, for the write's own translation needs the table, or it is SMAP that is in the way.
  outcome unprotect(context&, gva where, access);
  // The parts of an access, for the emulator: an instruction finds each of its operands once, then reads and writes
  // what it has found, as it would through a TLB. Rights that the host removes in between count; changes to guest
  // tables do not.

  /// Where an access leads, memory or not; sets accessed and dirty bits as the access does. `resume`: to `address`.
  outcome locate(const context&, gva where, access);
  /// Reads 1 to 8 bytes inside one page. False: there is no memory.
  bool read_guest(gpa, word& value, unsigned bytes);
  /// Writes 1 to 8 bytes inside one page for the guest. False, and nothing written: there is no memory that it may
  /// write.
  bool write_guest(gpa, word value, unsigned bytes);
  /// Atomically replaces `expected` by `desired`: 1 to 8 bytes inside 16 aligned ones.
  exchange_result exchange_guest(gpa, word expected, word desired, unsigned bytes);
  /// The same for 16 aligned bytes.
  exchange_result exchange_guest(gpa, const word_pair& expected, const word_pair& desired);

  /// INVLPG: what the tables say of `where` now is what the next access sees.
  void invalidate(context&, gva where);

  // --- on behalf of the VMM; the host lets one at a time change slots, aliases and logs ---

  memory::status set_slot(unsigned id, const memory::slot_request&);
  memory::status set_alias(unsigned id, const memory::alias&);
  /// Starts or stops a slot's dirty log. One that runs goes on unharmed.
  memory::status log_dirty(unsigned id, bool on);
  /// Copies a slot's log to `out` (memory::log_words() of its pages) and starts it afresh.
  memory::status read_log(unsigned id, std::uint64_t* out);
  /// A write of 1 to 8 bytes to guest memory by the VMM. False, and nothing written, outside memory or across a page.
  bool write_physical(gpa, word value, unsigned bytes);
  /// Drops every shadow page.
  void zap_all();
  /// Drops the least recently used pages, roots excepted, until `pages` are free. Returns how many are.
  unsigned reclaim(unsigned pages);

  const statistics& counters() const { return counters_; }
  memory::space& memory() const { return memory_; }

 private:
  friend class view;

  static constexpr unsigned roots_a_vcpu = 4;
  /// Pages that reclaim spares, the most recently used: eight paths of three, for an instruction that straddles pages
  /// with its code, two operands and the stack. Were they fewer, its paths could evict each other for ever (I13).
  static constexpr unsigned recent_pages = 24;
  /// Writes to a table, with no fault through it in between, after which it is likely no table any more.
  static constexpr unsigned flood_limit = 3;

  // pages.cpp
  page& find_or_build(const context&, gfn frame, role, unsigned level, bool direct, bool& built);
  void zap(page&);
  void touch(page&);
  void join_list(page&);
  void leave_list(page&);
  void make_room();
  void zap_oldest(unsigned wanted);
  void zap_everything();
  void commit();
  void flush_now();

  // entries.cpp
  void drop(page&, word index);
  void drop_leaves(memory::frame&);
  void set_leaf(page&, word index, memory::frame&, rights);
  void set_link(page&, word index, page& target);
  void write_protect(memory::frame&);
  rights leaf_rights(const page&, const meaning&, const memory::lookup&, const access&);
  bool reflects(const page& target, const meaning&) const;
  void sync_written(memory::frame&, word offset, unsigned bytes);
  void sync_range(page&, word offset, unsigned bytes);
  void sync(page&, word guest_index);
  /// Of a 32-bit guest's directory entry at `where`, which two shadow entries stand for.
  void sync_halves(page&, word first, hpa where);
  void sync_entry(page&, word index, word guest_entry);

  // fault.cpp
  outcome conclude(const context&, gva where, const access&, const walk&, memory::lookup&);
  outcome resolve(context&, gva where, const access&, const walk&, const memory::lookup&);
  outcome serve(context&, gva where, const access&, bool unprotected);
  outcome resolve_unprotected(context&, gva where, const access&, const walk&, const memory::lookup&);
  page* link_path(context&, gva where, const walk&);

  // guest_write.cpp
  void store(memory::frame&, word offset, word value, unsigned bytes);
  void written(memory::frame&, word offset, unsigned bytes);
  void table_written(page&, word offset, unsigned bytes);

  // roots.cpp
  bool build_roots(context&);
  void add_root(context&, unsigned n, gfn table, role, unsigned level, bool direct);
  void release_roots(context&);

  // slots.cpp
  void forget_slot(unsigned id);

  platform::host& host_;
  memory::space& memory_;
  page_pool pool_;
  page_hash hash_;
  page* newest_ = nullptr;
  page* oldest_ = nullptr;
  unsigned live_ = 0;
  page* doomed_ = nullptr;      ///< linked by hash_next; freed by commit()
  bool flush_pending_ = false;  ///< a right was removed that some processor may have cached
  std::array<context*, context_limit> contexts_{};
  unsigned attached_ = 0;
  statistics counters_{};
};

/// The part of a linear address that translation uses: 32 bits outside 4-level paging.
constexpr gva linear(const mode& m, gva where) {
  return m.format == paging::level4 ? where : gva{field(where.value, 0, 32)};
}

}  // namespace umbra::mmu
