// What a symbolic integer or truth value is made of, and the operations on it. The classes of <word/word.hpp> wrap
// these; no production code sees them.
//
// Plain data, and zero when all bytes are zero: the core's objects live in memory that the platform hands out and takes
// back without constructors. Terms belong to the path under exploration (terms.hpp).
#pragma once

#include <cstdint>

namespace umbra::smt {

struct term;

/// A value of 1 to 64 bits, or a truth value: known, or a term of the solver's.
struct bits {
  const term* symbol = nullptr;  ///< null: the value is `known`
  std::uint64_t known = 0;
};

constexpr bool both_known(bits a, bits b) { return a.symbol == nullptr && b.symbol == nullptr; }
constexpr std::uint64_t mask_of(unsigned width) { return ~std::uint64_t{0} >> (64 - width); }

// Integers of `width` bits.
bits conjunction(unsigned width, bits, bits);
bits disjunction(unsigned width, bits, bits);
bits exclusive(unsigned width, bits, bits);
bits complement(unsigned width, bits);
bits sum(unsigned width, bits, bits);
bits difference(unsigned width, bits, bits);
bits product(unsigned width, bits, bits);
/// Unsigned; a divisor of zero is an error of the code that divides.
bits quotient(unsigned width, bits, bits);
bits remainder(unsigned width, bits, bits);
/// A distance of `width` or more is an error of the code that shifts.
bits shifted_left(unsigned width, bits, bits distance);
bits shifted_right(unsigned width, bits, bits distance);
/// Zero-extended or cut.
bits resized(unsigned from, unsigned to, bits);
bits sign_extended(unsigned from, unsigned to, bits);

// Comparisons of such integers.
bits equal(unsigned width, bits, bits);
bits below(unsigned width, bits, bits);

// Truth values.
bits negation(bits);
bits all_of(bits, bits);
bits any_of(bits, bits);
bits same(bits, bits);

/// `a` where `condition` holds, else `b`. Width 0: of truth values.
bits chosen(unsigned width, bits condition, bits a, bits b);

/// Which way the path under exploration goes. Both are explored, where both are possible.
bool decide(bits condition);

}  // namespace umbra::smt
