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
  std::string_view what;  ///< the first respect in which they differ
};

struct difference {
  std::string_view name;
  std::string_view citation;
  bool (*explains)(const comparison&);
};

/// Of one execution.
std::span<const difference> known_differences();

/// Forms that Unicorn cannot be asked about at all.
struct left_out {
  std::string_view name;
  std::string_view citation;
  bool (*covers)(const form&, unsigned bits, unsigned operand_bytes);
};
std::span<const left_out> forms_left_out();

}  // namespace umbra::emucheck
