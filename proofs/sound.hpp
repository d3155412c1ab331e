// What must hold wherever hardware, on shadow tables, lets an access through: the statement that theorems and the deep
// check share.
#pragma once

#include "core/x86/address.hpp"
#include "core/x86/entry.hpp"
#include "models/reference/translation.hpp"
#include "models/smt/path.hpp"

namespace umbra::proofs {

/// What else hardware's way is held against.
template <class T>
concept surroundings = requires(const T& t, word gpa, word host_frame) {
  { t.backed(gpa) } -> std::convertible_to<flag>;
  { t.read_only(gpa) } -> std::convertible_to<flag>;
  { t.host_address(gpa) } -> std::convertible_to<word>;
  { t.is_shadowed(host_frame) } -> std::convertible_to<flag>;  ///< it holds a guest table that a live page shadows
  { t.is_logged(host_frame) } -> std::convertible_to<flag>;    ///< a write to it is in every log that must have it
};

/// `seen`: what hardware makes of the access, and it lets it through; `due`: what the guest's own tables say of it.
template <surroundings Around>
void is_sound(smt::path& p, const Around& around, const reference::translation& seen, const reference::translation& due,
              const reference::access& by) {
  using namespace x86;
  p.prove(negate(due.rootless), "I10: hardware allows nothing where the guest has no tables");
  p.prove(negate(due.faults), "I2: hardware allows no access that the guest's tables deny");
  p.prove(around.backed(due.address), "I1: hardware reaches memory only where a slot is");
  p.prove(seen.address == around.host_address(due.address), "I1: hardware reaches the frame that lookup gives");
  for (unsigned n = 0; n < due.steps; ++n) {
    p.prove(either(due.used[n].set == word{0}, around.read_only(due.used[n].gpa)),
            "I9: hardware allows no access whose accessed and dirty bits are not set in the guest's tables");
  }
  if (seen.steps > 0) {
    p.prove(negate(has(seen.used[seen.steps - 1].entry, entry::pwt | entry::pcd | entry::large | entry::global)),
            "I1: a leaf is write-back, small and not global");
  }
  const word frame = seen.address >> page_shift;
  const auto of_writes = [&](flag f, const char* what) { p.prove(either(negate(by.write), f), what); };
  of_writes(negate(around.read_only(due.address)), "I1: hardware writes no read-only memory");
  of_writes(negate(around.is_shadowed(frame)), "I3: hardware writes no table that is shadowed");
  of_writes(around.is_logged(frame), "I4: hardware writes no frame that a log does not have");
}

}  // namespace umbra::proofs
