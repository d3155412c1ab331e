// The rooms of the house and who may use whom: the design's table, as data.
#pragma once

#include <span>
#include <string_view>

namespace umbra::ci {

struct room {
  std::string_view path;
  bool freestanding;                           ///< no hosted header may be included, tests apart
  std::span<const std::string_view> only = {};  ///< if not empty: the rooms that it may use, besides itself
};

/// All rooms; each may use those before it.
std::span<const room> rooms();

/// The standard headers that a freestanding room may use.
std::span<const std::string_view> freestanding_headers();

/// The index of the room that holds a repository path, or -1.
int room_of(std::string_view path);

}  // namespace umbra::ci
