// Everything that a host must provide. The core has no other way to affect the world.
//
// Static polymorphism at link time: each build defines `host` and these functions once. models/machine does for fuzzers
// and tests, core/module for Linux, models/smt for proofs. No virtual functions, no template parameter on every class.
#pragma once

#include <cstddef>

#include <word/table.hpp>
#include <word/word.hpp>

#include "core/x86/address.hpp"
#include "core/x86/msr.hpp"
#include "core/x86/vmcs.hpp"

namespace umbra::platform {

/// The host's side of one VM. Opaque to the core.
struct host;

/// Names a vCPU of the VM: 0, 1, ...
using vcpu_id = unsigned;

// --- memory of the core's own ---------------------------------------------------------------------------------------

/// A zeroed page for a shadow table, or null. Never called under the MMU lock.
table* allocate_table(host&);
/// A zeroed page below 4 GiB, for the four roots of PAE paging (CR3 is 32 bits wide there), or null.
table* allocate_low_table(host&);
/// Takes back what either function gave.
void release_table(host&, table*);
/// Where the processor finds a table.
hpa address_of(host&, const table*);

/// Zeroed memory, aligned for any object, or null. Never called under the MMU lock.
void* allocate(host&, std::size_t bytes);
/// Takes back what allocate() gave; `bytes` is what was asked for.
void release(host&, void*, std::size_t bytes);

// --- guest memory ---------------------------------------------------------------------------------------------------

/// Pins the frame behind a page of the VMM's address space, for as long as a slot uses it. False if there is none.
bool pin(host&, word userspace_page, hfn& out);
/// Undoes one pin().
void unpin(host&, hfn);

// All three under the MMU lock: without it, the slot that named the frame may go, and the pin with it.

/// One naturally aligned read of guest memory, `bytes` = 4 or 8, zero-extended. Guests race: two reads may differ.
word read(host&, hpa, unsigned bytes);
/// A write of 1 to 8 bytes that stays inside one page. Bytes of one naturally aligned unit change at once.
void write(host&, hpa, word value, unsigned bytes);
/// Two words that lie side by side in memory, the lower one first.
struct word_pair {
  word low{}, high{};
};

/// Atomically replaces `expected` by `desired` (4 or 8 bytes, naturally aligned). False, and nothing written, if it has changed.
flag compare_exchange(host&, hpa, word expected, word desired, unsigned bytes);
/// The same for 16 bytes, naturally aligned.
flag compare_exchange(host&, hpa, const word_pair& expected, const word_pair& desired);

// --- the processor --------------------------------------------------------------------------------------------------

// A vCPU's VMCS and its VPID are used by the thread that runs the vCPU, or that has it for itself, and by no other.

/// A field of a vCPU's VMCS. Information about an exit is that of the vCPU's last one.
word read_vmcs(host&, vcpu_id, x86::vmcs field);
/// Sets a field of a vCPU's VMCS; takes effect at that vCPU's next VM entry.
void write_vmcs(host&, vcpu_id, x86::vmcs field, word value);

/// The tag of what processors cache for a vCPU. No two vCPUs have the same, of whatever VMs: what one left in a
/// processor must never serve another. 0: there are no tags, and each VM entry and exit flushes.
unsigned vpid(host&, vcpu_id);

/// An MSR of the host's processor, of those that all its processors have alike. False: there is no such MSR.
bool read_msr(host&, x86::msr, std::uint64_t& value);

// What is to be flushed is gone before the vCPU's next guest instruction, on whichever processor that runs; a host may
// put it off until then. A vCPU that moves to another processor leaves stale translations behind, so the host flushes
// there, too, before it runs.

/// Drops all that `vcpu`'s VPID has cached. The vCPU must be the calling one.
void flush_vcpu(host&, vcpu_id);
/// Drops what the VPIDs of all vCPUs of the VM have cached. When it returns, none is in guest mode on the strength of
/// tables that it loaded before: those in guest mode have been kicked out and have left, and those that were about to
/// enter ask mmu::load() again.
void flush_all(host&);

/// One lock per VM for the MMU. Nothing sleeps under it.
void lock(host&);
void unlock(host&);

/// Told of an assertion that does not hold. The fuzzers abort here; the kernel warns once and counts.
void assertion_failed(const char* condition, const char* file, unsigned line);

}  // namespace umbra::platform
