// The differences between model and machine that are known, each a predicate with the place in the SDM that settles it.
#pragma once

#include <span>
#include <string_view>

#include "fuzz/guest/host/engine.hpp"
#include "fuzz/guest/host/expectation.hpp"
#include "fuzz/guest/host/stream.hpp"

namespace umbra::opguest {

/// In which respect an access went differently from what the model expects.
enum class aspect {
  outcome,     ///< success, #PF or another exception
  error_code,  ///< both #PF
  address,     ///< CR2
  frame,       ///< both successes
  entry_bits,  ///< what became of one entry
  stray,       ///< the model read outside of the scene's tables
};

std::string_view name_of(aspect which);

/// One respect in which one access differs.
struct mismatch {
  aspect which;
  const environment& machine;
  const scene& setting;
  const probe& tried;
  const reference::registers& registers;
  const reference::translation& expected;
  const result& observed;
  // For entry_bits:
  int site = -1;                          ///< which entry
  int step = -1;                          ///< which of expected.used it is, or -1
  std::uint64_t flipped = 0, wanted = 0;  ///< bits that the processor flipped, bits that the model sets
};

struct difference {
  std::string_view name;
  std::string_view citation;
  bool (*explains)(const mismatch&);
};

/// All that is known of an emulator. Whatever none of them explains is a finding; and each must show in a long run, or
/// else the model is wrong in the same way as the emulator.
std::span<const difference> known_differences(engine_kind of);

}  // namespace umbra::opguest
