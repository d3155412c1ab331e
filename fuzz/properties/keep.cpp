#include "fuzz/properties/keep.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "fuzz/ops/text.hpp"

namespace umbra::fuzz::properties {

std::string keep(std::string_view property, const program& p) {
  const std::filesystem::path folder = UMBRA_FINDINGS;
  std::filesystem::create_directories(folder);
  const std::filesystem::path path = folder / (std::string(property) + ".ops");
  std::ofstream file(path);
  file << to_text(p);
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
  return path.string();
}

}  // namespace umbra::fuzz::properties
