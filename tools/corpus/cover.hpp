// Which inputs are enough to reach what all of them reach.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace umbra::tools {

struct covering {
  std::string name;
  std::size_t bytes = 0;
  const std::vector<std::uint32_t>* features = nullptr;
  bool kept = false;  ///< whatever it reaches
};

/// The names of inputs that together reach all that the given ones do, those that are kept anyway among them: none of
/// the others can be left out. Small ones come first, by name if of one size, so the order of the given ones does not
/// matter.
std::vector<std::string> enough(std::vector<covering>);

}  // namespace umbra::tools
