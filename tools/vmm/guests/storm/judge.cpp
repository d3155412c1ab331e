#include "tools/vmm/guests/storm/judge.hpp"

#include "core/x86/cpuid.hpp"
#include "core/x86/exception.hpp"
#include "core/x86/msr.hpp"
#include "fuzz/guest/program/cpuid.hpp"
#include "tools/vmm/guests/paging.hpp"
#include "tools/vmm/guests/storm/attic.hpp"
#include "tools/vmm/guests/storm/terrain.hpp"
#include "tools/vmm/guests/tries.hpp"

namespace umbra::guests::storm {
namespace {

constexpr word memory_end = ground_end;

void set_alignment_check(bool on) {
  constexpr unsigned long flag_ac = 1ul << 18;
  unsigned long flags;
  asm volatile("pushf\npop %0" : "=r"(flags));
  flags = on ? flags | flag_ac : flags & ~flag_ac;
  asm volatile("push %0\npopf" : : "r"(flags) : "cc");
}

x86::features features_of_processor() {
  namespace leaf = x86::cpuid;
  using opguest::cpuid;
  const auto named = cpuid(leaf::extended_features), structured = cpuid(leaf::structured_features);
  x86::features f;
  f.maxphyaddr = cpuid(leaf::address_sizes).eax & 0xff;
  f.nx = has(named.edx, leaf::extended_edx::nx);
  f.long_mode = has(named.edx, leaf::extended_edx::long_mode);
  f.gbpages = has(named.edx, leaf::extended_edx::gbpages);
  f.smep = has(structured.ebx, leaf::structured_ebx::smep);
  f.smap = has(structured.ebx, leaf::structured_ebx::smap);
  return f;
}

unsigned long low_half(word value) { return static_cast<unsigned long>(value); }

volatile unsigned long& word_of(word gpa) { return *reinterpret_cast<volatile unsigned long*>(low_half(gpa)); }

/// Whether the access would write or execute nothing but what is the storm's.
bool is_harmless(const reference::translation& t, const reference::access& by) {
  if (t.faults || (!by.write && !by.fetch)) return true;
  return by.fetch ? is_data(t.address) : is_free_to_write(t.address);
}

/// The page offset at which an access finds what it needs.
unsigned long offset_of(const reference::access& by) {
  if (!by.fetch) return word_offset;
  return by.user ? trap_offset : return_offset;
}

}  // namespace

flag memory::backed(word gpa) const { return gpa < memory_end || is_attic_here(gpa); }
word memory::read(word gpa, unsigned bytes) const { return read_entry(gpa, bytes); }

judge::judge() {
  registers_.cr0 = read_cr0();
  registers_.cr3 = read_cr3();
  registers_.cr4 = read_cr4();
  registers_.efer = read_msr(x86::msr::efer);
  registers_.cpuid = features_of_processor();
}

void judge::check(const char* what, word found, word expected) const {
  if (found == expected) return;
  say("in step ");
  say(step_);
  say(":\n");
  const unsigned shift = sizeof(long) == 4 && low_half(found) == low_half(expected) ? 32 : 0;
  give_up(what, low_half(found >> shift), low_half(expected >> shift));
}

void judge::conclude(const char* what, const fault& f, const reference::cr_effect& effect) {
  check(what, f.vector, effect.faults ? vector_of(x86::exception::protection) : fault::none);
  if (effect.faults) check("its error code", f.code, 0);
  const bool keeps_global = (registers_.cr4 & x86::cr4::pge) != 0 && !effect.invalidates_global;
  if (effect.invalidates && !keeps_global) stale_ = false;
}

void judge::write_cr0(word value) {
  const auto effect = reference::write_cr0(registers_, value, memory_);
  conclude("a write to CR0", try_write_cr0(low_half(value)), effect);
  check("CR0", read_cr0(), registers_.cr0);
}

void judge::write_cr3(word value) {
  const auto effect = reference::write_cr3(registers_, value, memory_);
  conclude("a write to CR3", try_write_cr3(low_half(value)), effect);
  check("CR3", read_cr3(), registers_.cr3);
}

void judge::write_cr4(word value) {
  const auto effect = reference::write_cr4(registers_, value, memory_);
  conclude("a write to CR4", try_write_cr4(low_half(value)), effect);
  check("CR4", read_cr4(), registers_.cr4);
}

void judge::write_efer(word value) {
  const auto effect = reference::write_efer(registers_, value, memory_);
  conclude("a write to EFER", try_wrmsr(x86::msr::efer, value), effect);
  check("EFER", read_msr(x86::msr::efer), registers_.efer);
}

void judge::invalidate(word address) { guests::invalidate(low_half(address)); }

word judge::table_behind(word address) const {
  const auto t = reference::walk(memory_, registers_, address, {.write = true});
  if (t.faults || !is_writable(t.address) || is_data(t.address)) return 0;
  for (unsigned n = 0; n < t.steps; ++n) {
    // What is written in parts would lead elsewhere between them.
    if ((t.used[n].gpa & ~word{7}) == (t.address & ~word{7})) return 0;
  }
  return t.address;
}

void judge::check_end(const reference::translation& t, const fault& f, word address) const {
  if (!t.faults) {
    check("the exception of an access that is allowed", f.vector, fault::none);
    return;
  }
  check("the exception of an access that is not", f.vector, vector_of(x86::exception::page_fault));
  check("its error code", f.code, t.error_code);
  check("its address", f.address, address);
}

void judge::check_marks(const reference::translation& t, word written, unsigned bytes) const {
  for (unsigned n = 0; n < t.steps; ++n) {
    const reference::used_entry& u = t.used[n];
    if (!memory_.backed(u.gpa)) continue;
    // A write to the very entry comes after the marks.
    if (written < u.gpa + u.bytes && u.gpa < written + bytes) continue;
    word set = 0;  // by each level at which the walk came to this entry
    for (unsigned m = 0; m < t.steps; ++m) set |= t.used[m].gpa == u.gpa ? t.used[m].set : 0;
    if (is_attic_here(u.gpa) && is_attic_read_only()) set = 0;
    // On the way to a fault a processor may set A, and nothing else (SDM 4.8).
    const word now = read_entry(u.gpa, u.bytes), free = t.faults ? word{bit::accessed} & ~u.entry : word{0};
    check("an entry that the access used", now & ~free, u.entry | set);
  }
}

void judge::access(word page_address, const reference::access& by, word value) {
  const word address = page_address + offset_of(by);
  const auto t = reference::walk(memory_, registers_, address, by);
  if (!is_harmless(t, by)) return;
  ++done_.accesses;
  const unsigned long at = low_half(address);
  const unsigned long before = !t.faults && memory_.backed(t.address) ? word_of(t.address) : ~0ul;
  fault f;
  word written = ~word{0};
  if (by.fetch) {
    f = by.user ? try_user_call(at) : try_call(at);
  } else if (by.user) {
    f = by.write ? try_user_write(user_window, at, low_half(value)) : try_user_read(user_window, at);
  } else {
    set_alignment_check(by.ac);
    f = by.write ? try_write(at, low_half(value)) : try_read(at);
    set_alignment_check(false);
  }
  check_end(t, f, address);
  if (t.faults) {
    ++done_.faults;
  } else if (by.write && is_writable(t.address)) {
    written = t.address;
    check("what the access wrote", word_of(t.address), low_half(value));
  } else if (by.write && memory_.backed(t.address)) {
    check("what can only be read", word_of(t.address), before);
  } else if (!by.write && !by.fetch) {
    check("what the access read", f.value, before);
  }
  check_marks(t, written, sizeof(long));
}

void judge::peek(word page_address, bool user) {
  const unsigned long at = low_half(page_address + word_offset);
  if (user) {
    try_user_read(user_window, at);
  } else {
    try_read(at);
  }
}

}  // namespace umbra::guests::storm
