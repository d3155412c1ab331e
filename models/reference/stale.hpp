// Every way that an access may end while entries of the tables have changed since the last invalidation: the walk, with
// a set of values for each entry (4.10.2, 4.10.3).
//
// A cached value was present, had no reserved bit set and had A = 1 when it was read (4.10.2.3, 4.10.3.1); a cached
// leaf serves a write only if it had D = 1, for else the processor must go to memory to set it (4.8). A processor reads
// a path from the root down, so an entry is never older than the one that led to it. Rights are judged under the
// control bits of now (4.6.1). An access may fault by cached rights where memory would allow it, and the other way
// round (4.10.2.3).
#pragma once

#include <algorithm>

#include <word/word.hpp>

#include "models/reference/history.hpp"
#include "models/reference/walk.hpp"

namespace umbra::reference {

/// How an access was seen to end.
struct observed {
  flag rootless = flag(false);  ///< shutdown
  flag faults = flag(false);
  word error_code{0};  ///< if `faults`
  word address{0};     ///< if the access succeeded
};

inline flag matches(const translation& t, const observed& seen) {
  const flag same_fault = both(both(t.faults, seen.faults), t.error_code == seen.error_code);
  const flag same_address = both(negate(either(t.faults, seen.faults)), t.address == seen.address);
  const flag ended = negate(either(t.rootless, seen.rootless));
  return either(both(t.rootless, seen.rootless), both(ended, either(same_fault, same_address)));
}

/// The set-valued walk of one address for one access. `Visitor` takes a translation and says whether to stop.
template <history History, class Visitor>
class stale_walk {
 public:
  stale_walk(const History& h, const registers& r, word gva, const access& by, Visitor& visit)
      : history_(h), registers_(r), gva_(gva), by_(by), visit_(visit) {}

  /// Visits every legal outcome in one format; true as soon as the visitor is.
  template <class Format>
  flag run() const {
    for (unsigned e = 0; e < history_.era_count(); ++e)
      for (unsigned i = 0; i < history_.root_count(); ++i)
        if (from_root<Format>(history_.period(e), history_.root(i))) return flag(true);
    return flag(false);
  }

 private:
  /// When a value can be read: `cached` by a fill any time in the era, `fresh` by the access itself.
  struct reading {
    moment cached, fresh;
    bool may_be_cached, may_be_fresh;
  };
  static reading read(const era& in, moment from, moment born, moment died) {
    const moment cached = std::max({in.first, from, born});
    const moment fresh = std::max(cached, in.fresh);
    return {cached, fresh, cached < died && cached <= in.last, fresh < died && fresh <= in.last};
  }

  template <class Format>
  flag from_root(const era& in, const root_version& root) const {
    const reading when = read(in, in.first, root.born, root.died);
    if (!when.may_be_cached) return flag(false);
    registers then = registers_;
    then.cr3 = root.cr3;
    then.pdpte = root.pdpte;
    const word linear = gva_ & Format::linear_mask;
    if (negate(Format::root_present(then, linear))) return absent(when.may_be_fresh, {});
    return descend<Format, Format::levels>(in, when.cached, Format::root(then, linear), {}, {});
  }

  /// The outcomes below `table`, which was reached at `from`.
  template <class Format, unsigned Level>
  flag descend(const era& in, moment from, word table, const rights& above, translation t) const {
    const word at = Format::entry_at(Level, table, gva_ & Format::linear_mask);
    if (negate(history_.backed(at))) {
      const bool now = read(in, from, in.fresh, never).may_be_fresh;
      if (Level == Format::levels && Format::rooted_in_memory) {
        t.rootless = flag(true);
        if (now && visit_(t)) return flag(true);
        t.rootless = flag(false);
      } else if (absent(now, stepped<Format>(t, at, word{0}))) {
        return flag(true);
      }
    }
    for (unsigned i = 0; i < history_.count(at, Format::entry_bytes); ++i) {
      const version v = history_.value(at, Format::entry_bytes, i);
      const reading when = read(in, from, v.born, v.died);
      if (when.may_be_cached && use<Format, Level>(in, when, v.value, above, stepped<Format>(t, at, v.value)))
        return flag(true);
    }
    return flag(false);
  }

  /// The outcomes through one value of an entry.
  template <class Format, unsigned Level>
  flag use(const era& in, const reading& when, word entry, const rights& above, const translation& t) const {
    if (negate(has(entry, x86::entry::present))) return absent(when.may_be_fresh, t);
    if ((entry & reserved_bits<Format>(Level, entry, registers_)) != word{0})
      return when.may_be_fresh ? visit_(faulted(t, {.reserved = flag(true)}, by_, registers_)) : flag(false);

    const flag cacheable = has(entry, x86::entry::accessed);
    const rights path = narrowed<Format>(above, entry);
    if (Format::maps_page(Level, entry, registers_)) return leaf<Format, Level>(in, when, entry, cacheable, path, t);
    if constexpr (Level > 1) {
      const word table = entry & Format::table_mask;
      if (cacheable) return descend<Format, Level - 1>(in, when.cached, table, path, t);
      if (when.may_be_fresh) return descend<Format, Level - 1>(in, when.fresh, table, path, t);
    }
    return flag(false);
  }

  template <class Format, unsigned Level>
  flag leaf(const era& in, const reading& when, word entry, flag cacheable, const rights& path, translation t) const {
    t.page_shift = Format::shift(Level);
    end_in_page(t, path, Format::frame(Level, entry), gva_ & Format::linear_mask, by_, registers_);
    const flag kept = either(flag(!in.global_only), t.global);
    const flag served = either(t.faults, either(negate(by_.write), has(entry, x86::entry::dirty)));
    if (either(flag(when.may_be_fresh), both(both(cacheable, kept), served))) return visit_(t);
    return flag(false);
  }

  /// A page fault for an entry that is not present: never from a cache.
  flag absent(bool fresh, const translation& t) const {
    return fresh ? visit_(faulted(t, {.not_present = flag(true)}, by_, registers_)) : flag(false);
  }

  template <class Format>
  static translation stepped(translation t, word at, word entry) {
    t.used[t.steps++] = {.gpa = at, .bytes = Format::entry_bytes, .entry = entry};
    return t;
  }

  const History& history_;
  const registers& registers_;
  word gva_;
  access by_;
  Visitor& visit_;
};

/// Visits every legal outcome of the access, some of them more than once, until `visit(const translation&)` is true.
/// Returns whether it was.
template <history History, class Visitor>
flag any_outcome(const History& h, const registers& r, word gva, const access& by, Visitor visit) {
  if (negate(paging(r))) return visit(walk_unpaged(gva));
  const stale_walk<History, Visitor> walk(h, r, gva, by, visit);
  if (uses_32bit(r)) return walk.template run<bits32>();
  if (uses_pae(r)) return walk.template run<pae>();
  return walk.template run<level4>();
}

/// Whether what was seen is legal: the oracle. Ask it only when the walk of now differs.
template <history History>
flag explained(const History& h, const registers& r, word gva, const access& by, const observed& seen) {
  return any_outcome(h, r, gva, by, [&seen](const translation& t) { return matches(t, seen); });
}

}  // namespace umbra::reference
