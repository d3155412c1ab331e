#include "fuzz/emulator/compare.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "core/x86/exception.hpp"
#include "core/x86/flags.hpp"
#include "fuzz/emulator/undefined.hpp"

namespace umbra::emucheck {

namespace {

namespace rflags = x86::rflags;

/// The flags that instructions can see.
constexpr std::uint64_t visible =
    rflags::status | rflags::tf | rflags::interrupt | rflags::df | rflags::iopl | rflags::nt | rflags::ac | rflags::id;

[[gnu::format(printf, 1, 2)]] std::string say(const char* format, ...) {
  char text[160];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return text;
}

unsigned long long ull(std::uint64_t value) { return value; }

std::string registers_of(const specimen& s, const cpu_state& a, const cpu_state& b, bool destination_undefined) {
  static constexpr const char* names[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                          "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
  const std::uint64_t mask = s.bits == 64 ? ~std::uint64_t{0} : 0xffff'ffff;
  for (unsigned n = 0; n < (s.bits == 64 ? 16u : 8u) && !destination_undefined; ++n) {
    if ((a.gpr[n] ^ b.gpr[n]) & mask) {
      return say("%s is %#llx, not %#llx", names[n], ull(a.gpr[n] & mask), ull(b.gpr[n] & mask));
    }
  }
  if ((a.rip ^ b.rip) & mask) return say("rip is %#llx, not %#llx", ull(a.rip), ull(b.rip));
  for (unsigned n = 0; n < 6; ++n) {
    if (a.selector[n] != b.selector[n]) return say("segment %u is %#x, not %#x", n, a.selector[n], b.selector[n]);
  }
  return "";
}

/// An instruction that does not complete leaves the registers alone; a repeated one leaves them as its items did.
std::string unclean(const specimen& s, const outcome& ours) {
  if (s.repeats) return "";
  const std::string changed = registers_of(s, ours.after, s.before, false);
  return changed.empty() ? "" : "the fault is not clean: " + changed;
}

bool raised(const outcome& o) { return o.kind == outcome_kind::interrupt || o.kind == outcome_kind::fault; }

/// What lies beyond memory may lie beyond a segment's limit, the tables, or what is canonical: Unicorn knows none of
/// these.
bool beyond(const outcome& ours, const outcome& theirs) {
  if (theirs.kind != outcome_kind::nowhere || ours.kind != outcome_kind::fault) return false;
  const auto v = static_cast<x86::exception>(ours.vector);
  return v == x86::exception::stack || v == x86::exception::protection || v == x86::exception::page_fault;
}

}  // namespace

bool completed(const outcome& o) {
  return o.kind == outcome_kind::done || o.kind == outcome_kind::halted || o.kind == outcome_kind::interrupt;
}

std::string difference_of(const form& f, const specimen& s, const outcome& ours, const outcome& theirs,
                          const ram_image& our_ram, const ram_image& their_ram) {
  if (beyond(ours, theirs)) return unclean(s, ours);
  const bool both_done =
      theirs.kind == outcome_kind::done && (ours.kind == outcome_kind::done || ours.kind == outcome_kind::halted);
  if (raised(ours) != raised(theirs) || (!raised(ours) && ours.kind != theirs.kind && !both_done)) {
    return say("%s %u, not %s %u", name_of(ours.kind), ours.vector, name_of(theirs.kind), theirs.vector);
  }
  if (raised(ours) && ours.vector != theirs.vector) return say("vector %u, not %u", ours.vector, theirs.vector);
  if (!both_done) return unclean(s, ours);

  const undefined_state u = undefined_after(f, s);
  // BSF and BSR define their destination unless the source is 0, which ZF says.
  const bool undefined =
      u.destination && (f.what->family != emulate::family::bit_scan || (theirs.after.rflags & rflags::zf) != 0);
  std::string text = registers_of(s, ours.after, theirs.after, undefined);
  if (!text.empty()) return text;
  if (((ours.after.rflags ^ theirs.after.rflags) & visible & ~u.flags) != 0) {
    return say("flags are %#llx, not %#llx", ull(ours.after.rflags & visible), ull(theirs.after.rflags & visible));
  }
  if (ours.outputs != theirs.outputs || ours.inputs != theirs.inputs) return "port traffic differs";
  if (undefined) return "";
  const auto [a, b] = std::mismatch(our_ram.begin(), our_ram.end(), their_ram.begin());
  if (a == our_ram.end()) return "";
  return say("byte %#zx is %#x, not %#x", static_cast<std::size_t>(a - our_ram.begin()), *a, *b);
}

}  // namespace umbra::emucheck
