// Where Unicorn 2.0.1 (QEMU 5.0's TCG) is known to differ from the SDM: one predicate each, with the place that settles
// it.
#pragma once

#include <span>
#include <string_view>

#include "fuzz/emulator/engine.hpp"
#include "fuzz/emulator/form.hpp"

namespace umbra::emucheck {

struct comparison {
  const form& f;
  const specimen& s;
  const outcome& ours;
  const outcome& theirs;
  std::string_view what;     ///< the first respect in which they differ
  std::uint64_t ldt_at = 0;  ///< where the LDT is, if there is one
};

/// A difference says how what Unicorn came to would have to be put right. Then all the rest has to agree.
struct difference {
  std::string_view name;
  std::string_view citation;
  bool (*shows)(const comparison&);
  void (*mend)(const comparison&, outcome& theirs, ram_image& their_ram);
};
std::span<const difference> known_differences();

/// Whether known differences account for all of it: the last of those that were needed, or null. Mends `their_ram`.
const difference* explanation(const comparison&, const ram_image& our_ram, ram_image& their_ram);

/// Forms that Unicorn cannot be asked about at all.
struct left_out {
  std::string_view name;
  std::string_view citation;
  bool (*covers)(const form&, unsigned bits, unsigned operand_bytes);
};
std::span<const left_out> forms_left_out();

}  // namespace umbra::emucheck
