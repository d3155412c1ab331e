// What must hold of one execution by itself.
#include "core/emulate/decoder.hpp"
#include "core/emulate/kinds.hpp"
#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "fuzz/trial/equipment.hpp"
#include "fuzz/trial/reading.hpp"

namespace umbra::fuzz {

namespace {

using namespace x86;
using emulate::verdict;
using vcpu::segment_name;

unsigned long long ull(std::uint64_t value) { return value; }

bool only_sets_accessed(const machine::stored& s) {
  return (s.before & ~s.after) == 0 && ((s.before ^ s.after) & ~std::uint64_t{entry::accessed | entry::dirty}) == 0;
}

/// Whether a store marks a descriptor: its accessed bit, or the busy bit of a task.
bool marks_descriptor(const machine::stored& s, std::uint64_t at) {
  const bool table =
      (at >= emucheck::gdt_at && at <= emucheck::gdt_at + gdt_limit) || (at >= ldt_at && at <= ldt_at + ldt_limit);
  return table && s.bytes == 8 && ((s.before ^ s.after) & ~(std::uint64_t{3} << 40)) == 0;
}

/// Whether all that an instruction writes is its operand in memory.
bool writes_operand_alone(const emulate::instruction& i) {
  using emulate::family;
  switch (i.what->family) {
    case family::arithmetic:
    case family::unary:
    case family::shift:
    case family::double_shift:
    case family::move:
    case family::exchange:
    case family::condition:
    case family::bit_test:
      return true;
    default:
      return false;
  }
}

/// Whether an instruction may write `bytes` at a linear address through its segment, or, if it has several, one of
/// them.
bool some_segment_allows(const vcpu::register_set& r, const emulate::instruction& i, bool typed, std::uint64_t linear,
                         unsigned bytes) {
  const bool one = writes_operand_alone(i);
  for (unsigned n = 0; n < 6; ++n) {
    if (one && i.memory.segment != static_cast<segment_name>(n)) continue;
    const vcpu::segment& s = r.segments[static_cast<segment_name>(n)];
    if (typed && ((s.rights & (segment_rights::unusable | segment_rights::code)) != 0 ||
                  (s.rights & segment_rights::writable) == 0))
      continue;
    const std::uint64_t first = (linear - s.base) & 0xffff'ffff, last = first + bytes - 1;
    if (typed && (s.rights & segment_rights::expand_down) != 0) {
      if (first > s.limit && last <= ((s.rights & segment_rights::big) != 0 ? 0xffff'ffff : 0xffff)) return true;
    } else if (last <= s.limit) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool only_sets_accessed(trial_mode m, const changed_byte& c, std::uint32_t tables) {
  constexpr unsigned bits = entry::accessed | entry::dirty;
  return paged(m) && c.at >= tables && c.at % page_entry_bytes(m) == 0 && (c.before & ~c.after) == 0 &&
         ((c.before ^ c.after) & ~bits) == 0;
}

bool maps_identically(const trial& t) {
  for (const trial_poke& p : t.pokes) {
    if (p.bytes == 0 || p.at + p.bytes <= tables_at) continue;
    const unsigned page = (p.at - page_entry_at(t.mode, 0)) / page_entry_bytes(t.mode);
    if (page >= memory_pages || p.at != page_entry_at(t.mode, page) || p.bytes != page_entry_bytes(t.mode))
      return false;
    if ((p.value & entry::address_mask) >> 12 != page) return false;
  }
  return true;
}

bool laboratory::check_first(const trial& t) {
  return check_clean(t) && check_state(t) && check_rights(t) && check_user(t) && check_aftermath(t);
}

bool laboratory::check_clean(const trial& t) {
  const bool repeats = kit_->read.repeats;
  if (first_.stuck && !repeats) return fail(promise::progress, "one instruction, and no end");
  if (first_.stuck && first_.after.general.get(1) == before_.general.get(1))
    return fail(promise::progress, "the count stays");
  return first_.completed() || repeats || unchanged(promise::clean, first_, t);
}

/// Whether the registers are as they were, and of memory only accessed and dirty bits are not.
bool laboratory::unchanged(const char* id, const performance& p, const trial& t) {
  const unsigned verdict = static_cast<unsigned>(p.last.next), vector = static_cast<unsigned>(p.last.event.vector);
  const short_text changed = difference(p.after, before_);
  if (!changed.empty()) return fail(id, "verdict %u, vector %u: %s", verdict, vector, changed.c_str());
  if (p.cr0 != guest::cr0_of(t) || p.cr4 != guest::cr4_of(t) || p.efer != guest::efer_of(t)) {
    return fail(id, "verdict %u, vector %u: a control register changed", verdict, vector);
  }
  // Upper entries that were changed may make a table of any page.
  const std::uint32_t tables = maps_identically(t) ? tables_at : 0;
  for (const changed_byte& c : p.changes) {
    if (!only_sets_accessed(t.mode, c, tables))
      return fail(id, "verdict %u, vector %u: byte %#x became %#x", verdict, vector, c.at, c.after);
  }
  return quiet();
}

bool laboratory::check_state(const trial& t) {
  if (!first_.completed()) return true;
  const vcpu::register_set& r = first_.after;
  constexpr std::uint64_t reserved = ~std::uint64_t{0x3f'7fd5} & ~std::uint64_t{rflags::fixed};
  if ((r.general.rflags & rflags::fixed) == 0 || (r.general.rflags & reserved) != 0)
    return fail(promise::state, "rflags is %#llx", ull(r.general.rflags));
  // No instruction takes SS away (SDM 2B, "MOV"): it stays what an SS may be, but that in 64-bit mode it may be null
  // below CPL 3.
  const std::uint64_t ss = r.segments[segment_name::ss].rights, ss_before = before_.segments[segment_name::ss].rights;
  if ((ss & ~ss_before & segment_rights::unusable) != 0 && (t.mode != trial_mode::long64 || t.cpl == 3))
    return fail(promise::state, "SS is null");
  if (t.mode == trial_mode::long64) return true;
  if (r.general.rip >> 32 != 0 && (r.segments[segment_name::cs].rights & segment_rights::long_mode) == 0) {
    return fail(promise::state, "rip is %#llx outside 64-bit mode", ull(r.general.rip));
  }
  for (unsigned n = 0; n < 16; ++n) {
    if (r.general.get(n) >> 32 != 0)
      return fail(promise::state, "register %u is %#llx outside 64-bit mode", n, ull(r.general.get(n)));
  }
  return true;
}

bool laboratory::check_rights(const trial& t) {
  if (!maps_identically(t)) return true;
  const machine::ram& ram = kit_->host.memory();
  const std::uint64_t base = machine::ram::address_of_frame(0);
  const bool typed = t.mode != trial_mode::real && t.mode != trial_mode::virtual8086;
  const bool user = typed ? t.cpl == 3 : t.mode == trial_mode::virtual8086;
  for (std::size_t n = mark_; n < ram.journal().size(); ++n) {
    const machine::stored& s = ram.journal()[n];
    const std::uint64_t at = s.hpa - base;
    if (s.by != machine::author::core || marks_descriptor(s, at)) continue;
    if (at >= tables_at) {
      if (paged(t.mode) && only_sets_accessed(s)) continue;
      if (paged(t.mode)) return true;  // the instruction changes its own tables
    }
    if (t.mode != trial_mode::long64 && !some_segment_allows(before_, kit_->read.insn, typed, at, s.bytes)) {
      return fail(promise::rights, "%u bytes at %#llx, which no segment allows", s.bytes, ull(at));
    }
    if (!paged(t.mode)) continue;
    const std::uint64_t e =
        ram.load(base + page_entry_at(t.mode, static_cast<unsigned>(at >> 12)), page_entry_bytes(t.mode));
    const bool for_user = (e & entry::user) != 0, writable = (e & entry::write) != 0;
    const bool smap =
        !user && for_user && (t.system & trial_system::smap) != 0 && (before_.general.rflags & rflags::ac) == 0;
    const bool allowed = (e & entry::present) != 0 && !smap &&
                         (user ? for_user && writable : writable || (t.system & trial_system::wp) == 0);
    if (!allowed) return fail(promise::rights, "%u bytes at %#llx, entry %#llx", s.bytes, ull(at), ull(e));
  }
  return true;
}

bool laboratory::check_user(const trial& t) {
  const bool user = t.mode == trial_mode::virtual8086 || (t.mode != trial_mode::real && t.cpl == 3);
  if (!user || !first_.completed()) return true;
  const vcpu::register_set &a = first_.after, &b = before_;
  const auto same_table = [](const vcpu::descriptor_table& x, const vcpu::descriptor_table& y) {
    return x.base == y.base && x.limit == y.limit;
  };
  const auto same_segment = [&](segment_name n) {
    return a.segments[n].selector == b.segments[n].selector && a.segments[n].base == b.segments[n].base;
  };
  if (first_.cr0 != guest::cr0_of(t) || first_.cr3 != guest::cr3_of(t) || first_.cr4 != guest::cr4_of(t) ||
      a.general.cr2 != b.general.cr2 || a.cr8 != b.cr8) {
    return fail(promise::user, "user code changed a control register");
  }
  if (!same_table(a.segments.gdtr, b.segments.gdtr) || !same_table(a.segments.idtr, b.segments.idtr) ||
      !same_segment(segment_name::ldtr) || !same_segment(segment_name::tr)) {
    return fail(promise::user, "user code changed a table register");
  }
  if (a.breakpoint != b.breakpoint || a.dr6 != b.dr6 || a.dr7 != b.dr7)
    return fail(promise::user, "user code changed a debug register");
  if (first_.last.next == verdict::halted) return fail(promise::user, "user code halted");
  const std::uint64_t iopl = b.general.rflags >> rflags::iopl_at & 3;
  const std::uint64_t kept =
      rflags::iopl | rflags::vm | rflags::vif | rflags::vip | (iopl == 3 ? 0 : rflags::interrupt);
  if (((a.general.rflags ^ b.general.rflags) & kept) != 0)
    return fail(promise::user, "user code changed rflags from %#llx to %#llx", ull(b.general.rflags),
                ull(a.general.rflags));
  const std::uint64_t cs = a.segments[segment_name::cs].rights, ss = a.segments[segment_name::ss].rights;
  if (t.mode != trial_mode::virtual8086 &&
      ((ss >> segment_rights::dpl_at & 3) != 3 ||
       ((cs & segment_rights::expand_down) == 0 && (cs >> segment_rights::dpl_at & 3) != 3))) {
    return fail(promise::user, "user code changed its privilege");
  }
  return true;
}

}  // namespace umbra::fuzz
