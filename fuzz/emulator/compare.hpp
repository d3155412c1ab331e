// Whether two engines did the same, as far as the SDM defines it.
#pragma once

#include <string>

#include "fuzz/emulator/engine.hpp"
#include "fuzz/emulator/form.hpp"

namespace umbra::emucheck {

/// The first respect in which they differ, or "". `theirs` is the reference.
std::string difference_of(const form&, const specimen&, const outcome& ours, const outcome& theirs,
                          const ram_image& our_ram, const ram_image& their_ram);

/// A software interrupt completes an instruction.
bool completed(const outcome&);

}  // namespace umbra::emucheck
