// Symbolic values as positions.
#pragma once

#include <cstdint>

#include <word/word.hpp>

namespace umbra::smt {

/// Refutes if `index` may be `count` or more.
void require_below(word index, word count);

/// The position that `index` has on this path; a path for each one possible. Refutes if it may be `count` or more,
/// which must be known.
std::uint64_t chosen_index(word index, word count);

}  // namespace umbra::smt
