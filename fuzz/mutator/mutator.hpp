// Changes programs as programs, not as bytes. Knows no fuzz engine: each engine's glue hands it a seed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fuzz/mutator/random.hpp"
#include "fuzz/ops/program.hpp"

namespace umbra::fuzz {

/// What programs are to be about.
enum class taste : unsigned char {
  tables,  ///< guest tables and what shadows them; ops of exits stay where they are, and none comes
  exits,   ///< VM exits, among accesses
};

/// Changes a program in one to a few places; the result is canonical and has at most `ops` ops.
void mutate(program&, random&, std::size_t ops = 24, taste = taste::tables);
/// A program that takes after both; its set-up is one of theirs.
void cross(const program& a, const program& b, program& out, random&, std::size_t ops = 24, taste = taste::tables);
/// A program of about `length` effective ops: a function of the seed alone.
program generate(std::uint64_t seed, std::size_t length = 18, taste = taste::tables);

}  // namespace umbra::fuzz
