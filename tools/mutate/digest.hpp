// A number that stands for a text: FNV-1a, the same on every machine.
#pragma once

#include <cstdint>
#include <string_view>

namespace umbra::tools {

constexpr std::uint64_t digest(std::string_view text, std::uint64_t from = 0xcbf29ce484222325) {
  for (const char c : text) from = (from ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  // Ends the text, so that "ab" and "c" are not "a" and "bc".
  return (from ^ 0xff) * 0x100000001b3;
}

/// Spreads a digest's bits, so that digests of texts that differ in their last byte only are far apart.
constexpr std::uint64_t spread(std::uint64_t d) {
  d = (d ^ (d >> 33)) * 0xff51afd7ed558ccd;
  d = (d ^ (d >> 33)) * 0xc4ceb9fe1a85ec53;
  return d ^ (d >> 33);
}

}  // namespace umbra::tools
