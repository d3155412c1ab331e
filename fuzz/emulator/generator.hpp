// Draws specimens of a form: every way of addressing, boundary values, operands that lie in memory and mostly succeed.
#pragma once

#include "fuzz/emulator/encoder.hpp"
#include "fuzz/emulator/specimen.hpp"
#include "fuzz/mutator/random.hpp"

namespace umbra::emucheck {

/// An instruction of the form, for a mode in which it exists and an operand size that it has there.
specimen draw(const form&, unsigned bits, unsigned operand_bytes, fuzz::random&);

/// A number that arithmetic is likely to get wrong, or any.
std::uint64_t boundary(fuzz::random&, unsigned bytes);

}  // namespace umbra::emucheck
