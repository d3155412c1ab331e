// Executes the instruction of a trial, and comes back whether it raises an exception or not.
#pragma once

#include <cstdint>

#include "fuzz/registers/shared/trial.hpp"

namespace umbra::registercheck {

/// To be called once: exceptions come here from now on.
void catch_exceptions();

std::uint64_t read_control_register(unsigned number);
std::uint64_t read_debug_register(unsigned number);
void write_debug_register(unsigned number, std::uint64_t value);

/// What the instruction of `t` does, in the state that is there. `value`: what it read.
void attempt(const trial& t, outcome& into);

}  // namespace umbra::registercheck
