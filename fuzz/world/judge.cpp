// The outcome oracle: whether an access ended as the guest's tables say now, or as a translation says that a processor
// may still have cached; and whether guest memory changed as that outcome has it, and nowhere else.
#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "fuzz/world/world.hpp"
#include "models/reference/paging_mode.hpp"
#include "models/reference/stale.hpp"

namespace umbra::fuzz {

namespace {

using ull = unsigned long long;

}  // namespace

/// Whether a translation by the model is what was seen of a fragment.
bool world::same(const reference::translation& t, const attempt& a, const sighting& seen) const {
  switch (seen.ending) {
    case ending::shutdown:
      return t.rootless;
    case ending::page_fault:
      return !t.rootless && t.faults && t.error_code == seen.error_code;
    case ending::done:
    case ending::mmio:
      break;
    case ending::none:
    case ending::given_up:
      return false;
  }
  if (t.rootless || t.faults) return false;
  const auto there = map_.find(t.address >> 12);
  const bool memory = there.backed && !(a.by.write && there.read_only);
  if (seen.ending == ending::mmio) return !memory && t.address == seen.address;
  return memory && (there.host_frame << 12 | (t.address & page_offset_mask)) == seen.address;
}

/// Whether `accept` takes any translation that is legal for the fragment, cached ones included.
template <class Accept>
bool world::some_outcome(const attempt& a, const fragment& f, Accept&& accept) const {
  const guest_view memory = view();
  const reference::registers& r = registers_[a.vcpu];
  const recollection memories(pasts_[a.vcpu], memory, f.gva, a.begun, false);
  if (reference::any_outcome(memories, r, f.gva, a.by, [&](const reference::translation& t) { return accept(t); }))
    return true;
  if (suspended_.empty()) return false;
  // Shadow tables may lag behind writes that the core could not see, whatever the guest invalidates. Only paths through
  // such an entry are excused.
  const recollection shadows(pasts_[a.vcpu], memory, f.gva, a.begun, true);
  return reference::any_outcome(shadows, r, f.gva, a.by, [&](const reference::translation& t) {
    bool lags = false;
    for (unsigned n = 0; n < t.steps; ++n) lags = lags || suspended_.covers_guest(memory.host_of(t.used[n].gpa));
    return lags && accept(t);
  });
}

bool world::legal(const attempt& a, const fragment& f, const sighting& seen) {
  if (same(f.expected, a, seen)) return true;
  if (!some_outcome(a, f, [&](const reference::translation& t) { return same(t, a, seen); })) return false;
  ++tally_.stale;
  return true;
}

void world::judge_fragment(const attempt& a, const fragment& f, const sighting& seen) {
  if (finding_ || legal(a, f, seen)) return;
  const reference::translation& t = f.expected;
  const char* verb = a.by.write ? "write" : a.by.fetch ? "fetch" : "read";
  const char* who = a.by.user ? "user" : a.by.ac ? "supervisor, AC" : "supervisor";
  if (t.rootless || t.faults) {
    fail("outcome",
         "%s (%s) at %#llx by vCPU %u ended as %s (code %#llx, address %#llx); the guest's tables say %s, code %#llx",
         verb, who, ull(f.gva), a.vcpu, name_of(seen.ending), ull(seen.error_code), ull(seen.address),
         t.rootless ? "shutdown" : "#PF", ull(t.error_code));
  } else {
    fail("outcome",
         "%s (%s) at %#llx by vCPU %u ended as %s (code %#llx, address %#llx); the guest's tables say guest-physical "
         "%#llx, "
         "which is host %#llx",
         verb, who, ull(f.gva), a.vcpu, name_of(seen.ending), ull(seen.error_code), ull(seen.address), ull(t.address),
         ull(view().host_of(t.address)));
  }
}

void world::judge(const attempt& a, const outcome& out) {
  // Which fragment a fault or a device access is about: all before it must have been able to succeed.
  unsigned last = a.count - 1;
  switch (out.ending) {
    case ending::none:
      return;
    case ending::done:
      for (unsigned n = 0; n < a.count; ++n) judge_fragment(a, a.parts[n], {ending::done, 0, out.host[n]});
      break;
    case ending::shutdown:
      judge_fragment(a, a.parts[0], {ending::shutdown, 0, 0});
      break;
    case ending::given_up:
      break;  // judge_retries() says whether that was due
    case ending::page_fault:
      last = 0;
      while (last < a.count && a.parts[last].gva != out.address) ++last;
      if (last == a.count) {
        fail("outcome", "#PF with CR2 %#llx for an access to %#llx", ull(out.address), ull(a.parts[0].gva));
        return;
      }
      judge_fragment(a, a.parts[last], {ending::page_fault, out.error_code, 0});
      break;
    case ending::mmio: {
      const sighting seen{ending::mmio, 0, out.address};
      last = 0;
      while (last + 1 < a.count && !legal(a, a.parts[last], seen)) ++last;
      judge_fragment(a, a.parts[last], seen);
      break;
    }
  }
  const auto succeeds = [](const reference::translation& t) { return !t.rootless && !t.faults; };
  const bool ends_at_last = out.ending == ending::page_fault || out.ending == ending::mmio;
  for (unsigned n = 0; n < last && ends_at_last; ++n) {
    if (succeeds(a.parts[n].expected) || some_outcome(a, a.parts[n], succeeds)) continue;
    fail("outcome", "the access to %#llx should have faulted there, and ended as %s in the next page",
         ull(a.parts[n].gva), name_of(out.ending));
  }
  judge_stores(a, out);

  const unsigned landed = static_cast<unsigned>(machine_->count().races - races_before_);
  if (out.ending == ending::done && !out.emulated && a.fixed && landed == 0) judge_recency(a);
  if (a.undecodable) return judge_retries(a, out, landed);
  if (const auto v = invariants::check_progress(out.exits, a.count, landed)) report(v);
}

/// Whether a write goes to a table that the translation of one of its pages needs, or to one of the four tables that
/// PAE's registers point to, in use or not (SDM 4.4.1): such a table is shadowed anew whenever hardware tries the
/// write, so that hardware can never make it.
bool world::writes_own_table(const attempt& a) const {
  const guest_view memory = view();
  const auto host_frame = [&](std::uint64_t gpa) { return memory.host_of(gpa) >> page_shift; };
  const reference::registers& r = registers_[a.vcpu];
  for (unsigned n = 0; n < a.count; ++n) {
    if (a.parts[n].expected.rootless || a.parts[n].expected.faults) continue;
    const std::uint64_t written = host_frame(a.parts[n].expected.address);
    for (const std::uint64_t pointer : r.pdpte) {
      const bool used = reference::uses_pae(r) && (pointer & x86::entry::present) != 0;
      if (used && host_frame(pointer) == written) return true;
    }
    for (unsigned m = 0; m < a.count; ++m) {
      const reference::translation& t = a.parts[m].expected;
      for (unsigned step = 0; step < t.steps; ++step) {
        if (host_frame(t.used[step].gpa) == written) return true;
      }
    }
  }
  return false;
}

/// A write that nobody can emulate is made by hardware once each table that it hits is no longer protected, and given
/// up only where that cannot help: for the table is in use, or it is SMAP that is in the way.
void world::judge_retries(const attempt& a, const outcome& out, unsigned landed) {
  const reference::registers& r = registers_[a.vcpu];
  const bool hopeless = writes_own_table(a);
  const bool smap = (r.cr4 & x86::cr4::smap) != 0 && (r.cr0 & x86::cr0::wp) == 0 && !a.by.user;
  if (out.ending == ending::given_up && !hopeless && !smap && landed == 0) {
    fail("outcome", "a write to %#llx was given up after %u exits, although nothing needs the table that it hits",
         ull(a.parts[0].gva), out.exits);
  }
  if (hopeless || landed != 0) return;
  if (out.unprotected > a.count) {
    fail("I13", "a write to %#llx took %u turns of unprotecting a table, for %u pages", ull(a.parts[0].gva),
         out.unprotected, a.count);
  }
  // Each turn costs the exit that asked for it, and those that serve the access once more.
  if (const auto v = invariants::check_progress(out.exits, a.count + out.unprotected, 0)) report(v);
}

/// After a successful access the A and D bits that it sets are set (SDM 4.8), as far as they lie in memory that can be
/// written; unless it went by a cached translation, whose bits may have been cleared since.
void world::check_accessed_dirty(const attempt& a, const outcome& out) {
  const guest_view memory = view();
  const reference::moment when = out.emulated ? a.data[0] : now();
  const auto holds = [&](const reference::translation& t) {
    for (unsigned n = 0; n < t.steps; ++n) {
      const auto& e = t.used[n];
      if (e.set == 0) continue;
      const auto there = memory.find(e.gpa);
      if (!there.backed || there.read_only) continue;
      if ((value_at(memory.memory(), memory.host_of(e.gpa), e.bytes, when) & e.set) != e.set) return false;
    }
    return true;
  };
  for (unsigned n = 0; n < a.count; ++n) {
    const fragment& f = a.parts[n];
    const sighting seen{ending::done, 0, out.host[n]};
    if (!same(f.expected, a, seen) || holds(f.expected)) continue;
    if (some_outcome(a, f, [&](const reference::translation& t) { return same(t, a, seen) && holds(t); })) continue;
    const auto& leaf = f.expected.used[f.expected.steps - 1];
    fail("memory", "%s of %#llx left accessed or dirty bits unset (the last entry, at guest-physical %#llx, is %#llx)",
         a.by.write ? "write" : "read", ull(f.gva), ull(leaf.gpa), ull(memory.read(leaf.gpa, leaf.bytes)));
  }
}

/// Whether a store by the core is an update of A and D bits that this access may make. A may be set early, in any entry
/// that a walk reads (SDM 4.8); D only in the entry that maps the page, by a write that succeeds.
bool world::due(const attempt& a, const machine::stored& s) const {
  const guest_view memory = view();
  const std::uint64_t turned_on = s.after & ~s.before;
  if ((s.before & ~s.after) != 0) return false;
  const auto covers = [&](const reference::translation& t) {
    for (unsigned n = 0; n < t.steps; ++n) {
      const auto& e = t.used[n];
      const std::uint64_t early = (e.entry & x86::entry::present) != 0 ? x86::entry::accessed : 0;
      // Read-only memory drops these updates.
      if (e.bytes == s.bytes && (turned_on & ~(e.set | early)) == 0 && memory.host_of(e.gpa) == s.hpa &&
          !memory.find(e.gpa).read_only) {
        return true;
      }
    }
    return false;
  };
  for (unsigned n = 0; n < a.count; ++n) {
    if (covers(a.parts[n].expected)) return true;
  }
  for (unsigned n = 0; n < a.count; ++n) {
    if (some_outcome(a, a.parts[n], covers)) return true;
  }
  return false;
}

void world::judge_stores(const attempt& a, const outcome& out) {
  const machine::journal& stores = machine_->memory().journal();
  // An access that nobody interferes with and that stays in one page either makes its page dirty or faults.
  const bool clean = a.count == 1 && machine_->count().races == races_before_ &&
                     (out.ending == ending::page_fault || out.ending == ending::shutdown);
  for (reference::moment n = a.begun; n < stores.size(); ++n) {
    const machine::stored& s = stores[n];
    if (s.by != machine::author::core || n == a.data[0] || n == a.data[1]) continue;
    const bool dirtied = (s.after & ~s.before & x86::entry::dirty) != 0;
    if (!(clean && dirtied) && due(a, s)) continue;
    fail("memory",
         "the core changed %u bytes at host %#llx from %#llx to %#llx, which the access to %#llx does not call for",
         s.bytes, ull(s.hpa), ull(s.before), ull(s.after), ull(a.parts[0].gva));
  }
}

}  // namespace umbra::fuzz
