// Everything that a host must provide. The core has no other way to affect the world.
//
// Static polymorphism at link time: each build defines `host` and these functions once. models/machine does for fuzzers
// and tests, core/module for Linux, models/smt for proofs. No virtual functions, no template parameter on every class.
#pragma once

#include <cstddef>

#include <word/table.hpp>
#include <word/word.hpp>

#include "core/x86/address.hpp"
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
/// Atomically replaces `expected` by `desired` (4 or 8 bytes, naturally aligned). False, and nothing written, if it has changed.
flag compare_exchange(host&, hpa, word expected, word desired, unsigned bytes);

// --- the processor --------------------------------------------------------------------------------------------------

/// Sets a field of a vCPU's VMCS; takes effect at that vCPU's next VM entry.
void write_vmcs(host&, vcpu_id, x86::vmcs field, word value);

/// Drops all that `vcpu`'s VPID has cached, before that vCPU's next guest instruction (INVVPID, single context). The vCPU
/// must be the calling one.
void flush_vcpu(host&, vcpu_id);
/// Kicks every vCPU of the VM out of guest mode, waits until all have left, and drops what their VPIDs have cached.
void flush_all(host&);

/// One lock per VM for the MMU. Nothing sleeps under it.
void lock(host&);
void unlock(host&);

/// Told of an assertion that does not hold. The fuzzers abort here; the kernel warns once and counts.
void assertion_failed(const char* condition, const char* file, unsigned line);

}  // namespace umbra::platform
