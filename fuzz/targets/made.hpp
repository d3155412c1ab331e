// What the mutator made last, for the target: the engine runs it next, as a rule, and hands over its bytes only.
#pragma once

#include <cstdint>
#include <span>

#include "fuzz/op.hpp"

namespace umbra::fuzz {

/// The program that these bytes were made of, if that was the last thing that the mutator did: what decode() would
/// give, without its work. Else null. Good until the mutator is called again.
const program* made_of(std::span<const std::uint8_t> bytes);

}  // namespace umbra::fuzz
