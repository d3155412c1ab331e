// A mechanical mutant: one change, and what it is called for as long as the code around it stays.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/mutate/pen.hpp"

namespace umbra::tools {

struct mutation {
  std::string id;              ///< from all of the below but the line's number
  std::string kind, function;  ///< the operator; where
  edit change;
  touched lines;

  /// Like file:line.
  std::string place() const;
};

/// Names proposals, all of one tree: each change once, in the order of the source. `text_of` gives a file's text.
std::vector<mutation> named(const std::vector<proposal>&,
                            const std::function<const std::string&(const std::string& file)>& text_of);

/// `count` of them (all, if there are not more), drawn by a seed. A tree that is a little different gives a sample that
/// is a little different.
std::vector<mutation> sample(std::vector<mutation>, std::size_t count, std::uint32_t seed);

/// The `which`-th of `of` equal shares, from 1.
std::vector<mutation> shard(const std::vector<mutation>&, unsigned which, unsigned of);

}  // namespace umbra::tools
