// What inputs reach in a fuzz target, one by one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tools/corpus/collection.hpp"

namespace umbra::tools {

struct reach {
  std::map<std::string, std::vector<std::uint32_t>> features;  ///< of each input that ends well, by its name
  std::set<std::uint32_t> edges;                               ///< of all of them together
  std::vector<std::string> broken;                             ///< inputs at which the target died, by name

  /// How many there are of all inputs together.
  std::size_t feature_count() const;
};

/// Runs every input; those that kill the target cost a restart. libFuzzer's merge does the work, in `work`, which is
/// emptied first. Throws `error` if it cannot.
reach measure(const std::filesystem::path& binary, const fuzz_target&, const std::map<std::string, collected>&,
              const std::filesystem::path& work);

/// Reads the record that libFuzzer keeps of a merge.
reach read_merge_record(std::istream&);

}  // namespace umbra::tools
