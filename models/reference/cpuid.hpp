// CPUID, answered from a table of leaves (volume 2, CPUID).
#pragma once

#include <span>

#include <word/word.hpp>

#include "models/reference/formats.hpp"

namespace umbra::reference {

struct cpuid_registers {
  word eax{}, ebx{}, ecx{}, edx{};
};

/// A row of the table: the answer for a leaf, or for one sub-leaf of it.
struct cpuid_row {
  word leaf{};
  word subleaf{};
  flag has_subleaves = flag(false);  ///< ECX counts
  cpuid_registers answer{};
};

using cpuid_table = std::span<const cpuid_row>;

inline flag answers(const cpuid_row& r, word leaf, word subleaf) {
  return both(r.leaf == leaf, either(negate(r.has_subleaves), r.subleaf == subleaf));
}

/// The first row for a leaf and sub-leaf; zeros if there is none, as for a sub-leaf that is not supported.
inline cpuid_registers row_for(cpuid_table table, word leaf, word subleaf) {
  cpuid_registers found;
  flag none = flag(true);
  for (const cpuid_row& r : table) {
    const flag here = both(none, answers(r, leaf, subleaf));
    found.eax = select(here, r.answer.eax, found.eax);
    found.ebx = select(here, r.answer.ebx, found.ebx);
    found.ecx = select(here, r.answer.ecx, found.ecx);
    found.edx = select(here, r.answer.edx, found.edx);
    none = both(none, negate(here));
  }
  return found;
}

/// Basic and extended leaves go up to what EAX of leaf 0 and of leaf 80000000H say; those of 40000000H to 4FFFFFFFH,
/// which are software's, as far as the table has them. A leaf beyond is answered as the highest basic leaf is.
inline flag beyond_limits(cpuid_table table, word leaf) {
  const word group = leaf >> 28;
  const word basic = row_for(table, word{0}, word{0}).eax;
  const word extended = row_for(table, word{0x8000'0000}, word{0}).eax;
  const flag above_extended = either(leaf > extended, extended < word{0x8000'0000});
  return select(group == word{4}, flag(false), select(group == word{8}, above_extended, leaf > basic));
}

/// What CPUID gives for EAX and ECX. All four registers have their upper halves cleared in 64-bit mode.
inline cpuid_registers cpuid_answer(cpuid_table table, word eax, word ecx) {
  const word leaf = eax & bits(31, 0), subleaf = ecx & bits(31, 0);
  const word highest = row_for(table, word{0}, word{0}).eax;
  return row_for(table, select(beyond_limits(table, leaf), highest, leaf), subleaf);
}

}  // namespace umbra::reference
