// Unicorn and Zydis as judges of trials: of the states that Unicorn can be in, and of all bytes.
#pragma once

#include <memory>

#include "fuzz/trial/laboratory.hpp"

namespace umbra::fuzz {

std::unique_ptr<judge> make_unicorn_judge();

}  // namespace umbra::fuzz
