// The raw form of a program: what fuzz engines mutate. Any byte string is a program; every program has a byte string.
//
// Version 1 is frozen: its tables (raw_v1.hpp) never change, so that a stored input keeps its meaning. A later set of ops
// gets a version of its own; the first byte says which one is meant.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fuzz/ops/program.hpp"

namespace umbra::fuzz {

/// Decodes any bytes. Missing bytes read as zero; the result is canonical. `out` keeps its capacity from call to call.
void decode(std::span<const std::uint8_t> bytes, program& out);
program decode(std::span<const std::uint8_t> bytes);

/// Encodes a canonical program, so that decode(encode(p)) == p. Appends nothing else; `out` keeps its capacity.
void encode(const program&, std::vector<std::uint8_t>& out);
std::vector<std::uint8_t> encode(const program&);

}  // namespace umbra::fuzz
