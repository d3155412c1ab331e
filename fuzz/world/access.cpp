// Guest accesses: the loop of hardware, exits and the core's answers that one instruction goes through.
#include <algorithm>

#include "core/x86/event.hpp"
#include "core/x86/exception.hpp"
#include "core/x86/exit_reason.hpp"
#include "core/x86/page_fault.hpp"
#include "fuzz/world/coded_exception.hpp"
#include "fuzz/world/world.hpp"
#include "models/reference/walk.hpp"

namespace umbra::fuzz {

namespace {

/// An `exhaust` makes at most this many accesses.
constexpr unsigned burst_limit = 64;
constexpr std::uint64_t burst_step = std::uint64_t{2} << 20;

/// Exits after which an access is given up. The bound that the design promises is tighter (I13) and judged afterwards.
constexpr unsigned exit_limit = 24, undecodable_exit_limit = 4 * vcpu::retry_guard::limit;

constexpr std::uint64_t page_fault_event = coded_exception(x86::exception::page_fault);

constexpr machine::exit_information page_fault_exit(std::uint64_t address, std::uint64_t error_code) {
  return {.reason = static_cast<std::uint64_t>(x86::exit_reason::exception_or_nmi),
          .qualification = address,
          .event = page_fault_event,
          .error_code = error_code};
}

constexpr std::uint64_t mask_of(unsigned bytes) {
  return bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * bytes) - 1;
}

}  // namespace

world::attempt world::begin(unsigned id, const op& o, std::uint64_t gva, unsigned bytes) const {
  attempt a;
  a.vcpu = id;
  a.made = o.by;
  // SDM 4.6: an implicit access is a supervisor's whatever the CPL, and EFLAGS.AC does not count for it.
  a.by.user = o.by.cpl == 3 && !o.by.implicit;
  a.by.ac = o.by.ac && !a.by.user && !o.by.implicit;
  a.by.write = o.kind == kind::write || o.kind == kind::race;
  a.by.fetch = o.kind == kind::fetch;
  a.undecodable = o.kind == kind::write && (o.bits & write_undecodable) != 0;
  gva = linear(id, gva);
  a.bytes = clipped(id, gva, bytes);
  a.value = o.value & mask_of(a.bytes);
  a.begun = now();
  const auto in_page = static_cast<unsigned>(page_size - (gva & page_offset_mask));
  const unsigned first = std::min(a.bytes, in_page);
  a.parts[0] = {gva, first, {}};
  a.count = 1;
  if (first < a.bytes) {
    a.parts[1] = {gva + first, a.bytes - first, {}};
    a.count = 2;
  }
  const guest_view memory = view();
  for (unsigned n = 0; n < a.count; ++n) {
    a.parts[n].expected = reference::walk(memory, registers_[id], a.parts[n].gva, a.by);
  }
  return a;
}

void world::access(const op& o) {
  if (!ready_for_paging_op()) return;
  attempt a = begin(current_, o, o.address, o.kind == kind::fetch ? 1 : o.size);
  if (observer_) {
    for (unsigned n = 0; n < a.count; ++n) observer_->expects(a.parts[n].gva, a.parts[n].expected);
  }
  effective_ = true;
  ++tally_.accesses;
  const outcome out = drive(a);
  if (observer_) observer_->accessed(o, out);
  if (finding_) return;

  mix(static_cast<std::uint64_t>(out.ending) << 32 ^ out.error_code << 8 ^ out.exits);
  mix(out.address ^ out.value);
  mix(out.host[0] ^ out.host[1] << 1);
  judge(a, out);
  if (out.ending == ending::page_fault) {
    ++tally_.guest_faults;
    machine_->memory().journal().mark();
    pasts_[current_].invalidated({now(), invalidation::scope::fault, page_shift, out.address});
  }
}

void world::exhaust(const op& o) {
  if (!ready_for_paging_op()) return;
  op read = o;
  read.kind = kind::read;
  read.size = 1;
  read.by.ac = true;  // with SMAP, most of what a scene maps would be refused
  for (unsigned n = 0; n < std::min(o.count, burst_limit) && !finding_; ++n) {
    access(read);
    read.address += burst_step;
  }
}

outcome world::drive(attempt& a) {
  outcome out;
  machine::processor& cpu = machine_->cpu(a.vcpu);
  const machine::request request{a.by.user, a.by.write, a.by.fetch, a.by.ac};
  vcpus_[a.vcpu]->set_executor(a.undecodable ? vmx::executor::hardware : vmx::executor::nobody);
  proceed(a.vcpu);

  for (;;) {
    if (!enter(a.vcpu, out.ending)) return out;

    // An instruction translates all that it touches before it does anything.
    machine::result at[2];
    unsigned reached = 0;
    while (reached < a.count && (at[reached] = cpu.access(a.parts[reached].gva, request)).ok) ++reached;
    if (reached == a.count) {
      out.ending = ending::done;
      for (unsigned n = 0; n < a.count; ++n) out.host[n] = at[n].hpa;
      perform_by_hardware(a, out);
      return out;
    }
    const machine::result& missed = at[reached];
    if (missed.what != machine::answer::page_fault) {
      fail("outcome", "hardware could not translate %#llx", static_cast<unsigned long long>(a.parts[reached].gva));
      return out;
    }

    check_error_code(a, a.parts[reached].gva, missed.error_code);
    if (++out.exits > (a.undecodable ? undecodable_exit_limit : exit_limit)) {
      fail("I13", "%u exits and no end of an access to %#llx", out.exits,
           static_cast<unsigned long long>(a.parts[0].gva));
      return out;
    }
    a.last_fault = a.parts[reached].gva;
    const std::uint64_t fixed = mmu_->counters().pf_fixed, unprotected = mmu_->counters().unprotected;
    pose(a.vcpu, a.made, in_long_mode(a.vcpu));
    const vmx::next next = exit(a.vcpu, page_fault_exit(a.last_fault, missed.error_code));
    a.fixed = mmu_->counters().pf_fixed != fixed;
    out.unprotected += mmu_->counters().unprotected != unprotected;
    if (!conclude_exit(a, out, next)) return out;
  }
}

/// What a page-fault exit came to. False: that was the end of the access.
bool world::conclude_exit(attempt& a, outcome& out, vmx::next next) {
  const vmx::cpu& v = *vcpus_[a.vcpu];
  if (next == vmx::next::run) {
    if (due_[a.vcpu].information == 0) return true;
    if (due_[a.vcpu].information != page_fault_event) {
      fail("I16", "a page fault of the guest's at %#llx comes to event %#llx",
           static_cast<unsigned long long>(a.last_fault), static_cast<unsigned long long>(due_[a.vcpu].information));
      return false;
    }
    out.ending = ending::page_fault;
    out.error_code = due_[a.vcpu].error_code;
    out.address = v.guest().general().cr2;
    return false;
  }
  const vmx::request& asked = v.request();
  switch (asked.kind) {
    case vmx::request_kind::shutdown:
      out.ending = ending::shutdown;
      return false;
    case vmx::request_kind::internal_error:
      if (asked.error != vmx::internal_error::emulation) break;
      if (!asked.instruction.table) {
        out.ending = ending::mmio;
        out.address = asked.instruction.address;
        return false;
      }
      if (!a.undecodable) return perform_by_vmm(a, out);
      out.ending = ending::given_up;
      return false;
    default:
      break;
  }
  fail("I16", "a page fault at %#llx leaves to the VMM with request %u, error %u",
       static_cast<unsigned long long>(a.last_fault), static_cast<unsigned>(asked.kind),
       static_cast<unsigned>(asked.error));
  return false;
}

/// Makes a write as the core's emulator does: all of it is translated before any is made. A device is told first: what
/// it answers is not tried here.
mmu::outcome world::write_as_emulator(const attempt& a) {
  const mmu::access by{a.by.user, a.by.write, a.by.fetch, a.by.ac};
  mmu::outcome at[2];
  for (unsigned n = 0; n < a.count; ++n) {
    at[n] = mmu_->locate(vcpus_[a.vcpu]->guest().context(), {a.parts[n].gva}, by);
    if (at[n].next != mmu::verdict::resume) return at[n];
  }
  for (unsigned n = 0; n < a.count; ++n) {
    const auto there = map_.find(at[n].address.value >> page_shift);
    if (there.backed && !there.read_only) continue;
    at[n].next = mmu::verdict::mmio;
    return at[n];
  }
  unsigned done = 0;
  for (unsigned n = 0; n < a.count; ++n) {
    if (!mmu_->write_guest(at[n].address, a.value >> 8 * done, a.parts[n].bytes)) {
      fail("memory", "a write at guest-physical %#llx, which is memory, was refused",
           static_cast<unsigned long long>(at[n].address.value));
    }
    done += a.parts[n].bytes;
  }
  return at[0];
}

/// The VMM makes the write that hardware must not make. True: it has to be tried again.
bool world::perform_by_vmm(attempt& a, outcome& out) {
  a.emulated_from = now();
  const mmu::outcome answer = write_as_emulator(a);
  if (observer_) observer_->emulates(a.parts[0].gva, answer.next);
  switch (answer.next) {
    case mmu::verdict::resume:
      if (emulate(a, out)) out.ending = ending::done;
      return false;
    case mmu::verdict::retry:
      return true;
    case mmu::verdict::inject:
      out.ending = ending::page_fault;
      out.error_code = answer.error_code;
      out.address = answer.fault.value;
      return false;
    case mmu::verdict::mmio:
      out.ending = ending::mmio;
      out.address = answer.address.value;
      return false;
    case mmu::verdict::shutdown:
      out.ending = ending::shutdown;
      return false;
    case mmu::verdict::emulate:
      fail("outcome", "the core asks to emulate a write again");
      return false;
  }
  return false;
}

/// What a processor on shadow tables may say of an access that it could not make. The core programs NXE, so that
/// fetches are always told; a reserved bit in a shadow entry is never the guest's doing (SDM 4.7).
void world::check_error_code(const attempt& a, std::uint64_t gva, std::uint64_t error_code) {
  namespace code = x86::page_fault;
  const std::uint64_t due = when(a.by.write, code::write) | when(a.by.user, code::user) | when(a.by.fetch, code::fetch);
  if ((error_code & ~std::uint64_t{code::present}) == due) return;
  fail("outcome", "hardware reports error code %#llx for an access to %#llx; with or without P it should be %#llx",
       static_cast<unsigned long long>(error_code), static_cast<unsigned long long>(gva),
       static_cast<unsigned long long>(due));
}

void world::perform_by_hardware(const attempt& a, outcome& out) {
  machine::ram& memory = machine_->memory();
  if (a.by.write) {
    check_accessed_dirty(a, out);
    const machine::author before = memory.journal().sign(machine::author::guest);
    unsigned done = 0;
    for (unsigned n = 0; n < a.count; ++n) {
      if (memory.contains(out.host[n])) memory.store(out.host[n], a.value >> 8 * done, a.parts[n].bytes);
      done += a.parts[n].bytes;
    }
    memory.journal().sign(before);
    return;
  }
  unsigned done = 0;
  for (unsigned n = 0; n < a.count; ++n) {
    if (memory.contains(out.host[n])) out.value |= memory.load(out.host[n], a.parts[n].bytes) << 8 * done;
    done += a.parts[n].bytes;
  }
  check_accessed_dirty(a, out);
}

/// Finds the stores that the emulated write came to: the core's last ones, one for each page. A race may have landed
/// between or after them.
bool world::emulate(attempt& a, outcome& out) {
  out.emulated = true;
  const machine::journal& stores = machine_->memory().journal();
  // Accessed and dirty bits come first: both pages are translated before a byte is written.
  unsigned left = a.count;
  for (std::size_t n = stores.size(); left > 0 && n > a.emulated_from; --n) {
    if (stores[n - 1].by == machine::author::core) a.data[--left] = n - 1;
  }
  if (left != 0) {
    fail("memory", "a write to %#llx was emulated, and guest memory is as before",
         static_cast<unsigned long long>(a.parts[0].gva));
    return false;
  }
  unsigned done = 0;
  for (unsigned n = 0; n < a.count; ++n) {
    const machine::stored& s = stores[a.data[n]];
    const std::uint64_t due = a.value >> 8 * done & mask_of(a.parts[n].bytes);
    if (s.by != machine::author::core || s.bytes != a.parts[n].bytes || s.after != due) {
      fail("memory", "the emulated write of %u bytes at %#llx stored %#llx (%u bytes at host %#llx), not %#llx",
           a.bytes, static_cast<unsigned long long>(a.parts[n].gva), static_cast<unsigned long long>(s.after), s.bytes,
           static_cast<unsigned long long>(s.hpa), static_cast<unsigned long long>(due));
      return false;
    }
    out.host[n] = s.hpa;
    suspended_.written(s, a.data[n]);
    done += a.parts[n].bytes;
  }
  check_accessed_dirty(a, out);
  return true;
}

}  // namespace umbra::fuzz
