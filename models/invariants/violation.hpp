// The invariants' names, and what a checker says when one does not hold.
#pragma once

#include <string_view>

#include <word/word.hpp>

namespace umbra::invariants {

/// The ids of DESIGN.md's table, which crash reports, proofs and the bug bench use too.
enum class id : unsigned char {
  none,  ///< all is well
  i1_containment,
  i2_soundness,
  i3_write_protection,
  i4_dirty_log,
  i5_reverse_map,
  i6_parents,
  i7a_child,
  i7b_guest,
  i8_uniqueness,
  i9_accessed_dirty,
  i10_roots,
  i11_tlb,
  i12_resources,
  i13_progress,
  i14_entry,
  i15_control_registers,
  i16_exits,
};
constexpr unsigned id_count = static_cast<unsigned>(id::i16_exits) + 1;

/// "I2 soundness", for people.
std::string_view text(id);
/// "I2", for file names and tables.
std::string_view short_text(id);

/// The first thing found wrong. It refers to strings of static storage only, so it may be kept.
struct violation {
  static constexpr unsigned no_page = ~0u;

  /// Nothing is wrong. All else is left as it is: most checks end so, and there are many.
  constexpr violation() : which(id::none) {}
  constexpr violation(id broken, const char* rule, unsigned shadow_page, word at, word due, word seen)
      : which(broken), what(rule), page(shadow_page), index(at), expected(due), found(seen) {}

  id which;
  const char* what;  ///< the rule that does not hold, as a clause
  unsigned page;     ///< ordinal of the shadow page at stake, or no_page
  word index;        ///< of the entry in that page; else whatever `what` counts (a slot, a vCPU, a bucket)
  word expected, found;

  constexpr explicit operator bool() const { return which != id::none; }
};

/// Made of the same as a violation, and says only that something is wrong: it fits into a register. Who hears it asks
/// again, for the violation.
struct alarm {
  bool raised = false;

  constexpr alarm() = default;
  constexpr alarm(id, const char*, unsigned, std::uint64_t, std::uint64_t, std::uint64_t) : raised(true) {}
  constexpr explicit operator bool() const { return raised; }
};

}  // namespace umbra::invariants
