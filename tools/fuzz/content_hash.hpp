// Names inputs by what they hold, so that equal ones are one file.
#pragma once

#include <cstdint>
#include <string_view>

namespace umbra::tools {

/// FNV-1a.
constexpr std::uint64_t content_hash(std::string_view content) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
  for (const char c : content) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3;
  return hash;
}

}  // namespace umbra::tools
