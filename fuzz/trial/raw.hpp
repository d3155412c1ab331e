// A trial as bytes. Any bytes are a trial, and every trial has bytes. Version 1 is frozen: fields of fixed size, one
// after the other, little-endian; what is missing at the end is zero.
#pragma once

#include <span>
#include <vector>

#include "fuzz/trial/trial.hpp"

namespace umbra::fuzz {

constexpr std::uint8_t trial_version = 1;

void decode_trial(std::span<const std::uint8_t>, trial&);
/// Bytes that decode to the same trial.
void encode_trial(const trial&, std::vector<std::uint8_t>&);

}  // namespace umbra::fuzz
