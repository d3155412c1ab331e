// Guest-physical memory: what slots and aliases show, what a dirty log holds, what a failed edit leaves behind.
#include "core/memory/space.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fuzz/properties/bench.hpp"
#include "fuzz/properties/space_model.hpp"
#include "fuzz/properties/steps.hpp"

namespace umbra::fuzz::properties {
namespace {

/// Guest frames near each other, and near the ends of what there can be.
gfn some_frame(std::uint32_t n) {
  constexpr word bases[] = {0, 0x20, 0x40, 0x100000, (word{1} << 40) - 0x20, 0x28, 0x30, 0, 0x20, 0x40, word{1} << 63};
  return {n % 29 == 28 ? ~word{0} - n % 16 : bases[n % 11] + n / 11 % 32};
}

/// Mostly short; at times none (which deletes), just over a word of the log, or too long.
std::uint64_t some_length(std::uint32_t n) {
  constexpr std::uint64_t usual[] = {1, 2, 8, 63, 64, 65, 100, 0, 0, 5, 16, 3};
  return n % 61 == 60 ? (std::uint64_t{1} << 20) + n % 3 : usual[n % 12];
}

memory::slot_request some_slot(const step& s) {
  // Few backing pages, so that slots share some; at times beyond the last.
  const word backing = s.c % 31 == 30 ? machine::guest_frames - s.c % 4 : s.c % 128;
  return {some_frame(s.b), some_length(s.c / 7), backing, s.c % 5 == 0, s.c % 3 != 0};
}

RC_GTEST_PROP(space, is_its_map_whatever_is_edited, ()) {
  enum verb : unsigned {
    set_slot, set_slot_again, delete_slot, refuse_slot, set_alias, set_alias_again, delete_alias, verbs
  };
  machine::machine& m = bench();
  {
    space_model space(m);
    for (const step& s : *steps(verbs)) {
      const unsigned id = s.a % 9 == 8 ? 4 + s.a % 64 : s.a % 4;
      switch (s.verb) {
        case delete_slot: space.set_slot(id, {}); break;
        case refuse_slot: space.set_slot_refused(id, some_slot(s), s.a % 70); break;
        case delete_alias: space.set_alias(id, {}); break;
        case set_alias:
        case set_alias_again: space.set_alias(id, {some_frame(s.b), some_length(s.c / 3), some_frame(s.c)}); break;
        default: space.set_slot(id, some_slot(s)); break;
      }
      space.check_lookup();
    }
    space.check_frames();
  }
  RC_ASSERT(m.pins_out() == 0u);
  RC_ASSERT(m.bytes_out() == 0u);
  RC_ASSERT(m.incidents().count() == 0u);
}

RC_GTEST_PROP(dirty_log, holds_the_pages_marked_since_it_was_taken, ()) {
  enum verb : unsigned { set_slot, log_on, log_off, mark, mark_again, mark_more, take, verbs };
  machine::machine& m = bench();
  {
    space_model space(m);
    // Two slots on the same pages, and one beside them.
    space.set_slot(0, {{0}, 100, 0, false, true});
    space.set_slot(1, {{0x1000}, 70, 30, false, true});
    space.set_slot(2, {{0x2000}, 65, 101, true, false});
    for (const step& s : *steps(verbs)) {
      const unsigned id = s.a % 4;
      switch (s.verb) {
        case set_slot: space.set_slot(id, some_slot(s)); break;
        case log_on: space.log(id, true); break;
        case log_off: space.log(id, false); break;
        case take: space.take_log(id); break;
        default: space.mark({machine::first_guest_frame + (s.b % 3 == 0 ? 60 + s.c % 10 : s.c % 170)}); break;
      }
      space.check_frames();
    }
    for (unsigned id = 0; id < 4; ++id) space.take_log(id);
  }
  RC_ASSERT(m.bytes_out() == 0u);
  RC_ASSERT(m.incidents().count() == 0u);
}

}  // namespace
}  // namespace umbra::fuzz::properties
