// The normal form of symbolic integers: known bits and runs of bits of opaque terms, side by side.
//
// Entries, addresses and table indexes are cut, shifted, masked and joined all the time. In this form such operations
// are bookkeeping: two ways of writing the same bits come to the very same term, and a comparison is about the bits
// that differ.
#pragma once

#include <z3++.h>

#include <cstdint>
#include <vector>

namespace umbra::smt {

/// `count` bits: those of `atom` from `low` on, or (without an atom) those of `value`.
struct slice {
  Z3_ast atom = nullptr;
  std::uint64_t value = 0;
  unsigned low = 0;
  unsigned count = 0;

  bool known() const { return atom == nullptr; }
  slice part(unsigned from, unsigned bits) const;
  friend bool operator==(const slice&, const slice&) = default;
};

/// From the lowest bits to the highest.
using slices = std::vector<slice>;

/// Appends, joined to the last slice if the two are one run.
void append(slices&, const slice&);

/// The bits from `from` on.
slices cut(const slices&, unsigned from, unsigned bits);

/// Two integers of the same width, split where either is.
struct pairing {
  slice a, b;
};
std::vector<pairing> paired(const slices&, const slices&);

/// Two known slices, split where they begin or end to agree; others as they are.
std::vector<pairing> runs_of_agreement(const pairing&);

/// A known slice as runs of equal bits; any other as it is.
std::vector<slice> runs_of(const slice&);

unsigned width_of(const slices&);

}  // namespace umbra::smt
