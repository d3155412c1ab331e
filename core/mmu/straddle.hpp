// Accesses that cross a boundary are made in two parts.
#pragma once

#include "core/x86/address.hpp"

namespace umbra::mmu {

/// How many of `bytes` from `offset` on lie before the next multiple of `unit`, which is a power of two and at least
/// `bytes`.
constexpr unsigned bytes_before(word offset, unsigned bytes, std::uint64_t unit) {
  const word within = offset & word{unit - 1};
  for (unsigned n = 1; n < bytes; ++n) {
    if (within == word{unit - n}) return n;
  }
  return bytes;
}

constexpr unsigned bytes_in_page(word offset, unsigned bytes) { return bytes_before(offset, bytes, page_size); }

/// All ones in the low `bytes`, 1 to 8.
constexpr std::uint64_t byte_mask(unsigned bytes) { return ~std::uint64_t{0} >> (64 - 8 * bytes); }

}  // namespace umbra::mmu
