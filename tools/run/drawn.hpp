// A tree of tables as it is drawn: what people look at, and JSON holds.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace umbra::tools {

struct drawn_table;

/// One entry, or a run of like ones.
struct drawn_entry {
  unsigned first = 0, count = 1;                 ///< indices
  std::uint64_t value = 0;                       ///< of the first
  std::string bits;                              ///< "P W U A D"
  std::string target;                            ///< where it leads, in words
  std::uint64_t frame = 0;                       ///< of the first; runs have frames in a row
  bool on_path = false;                          ///< of the address at stake
  std::string wrong;                             ///< what the guest's and the shadow's tables disagree about, or ""
  std::shared_ptr<drawn_table> table = nullptr;  ///< that it leads to, if it is drawn

  /// Whether `next` goes on where this one ends.
  bool continued_by(const drawn_entry& next) const;
};

struct drawn_table {
  std::string name;
  unsigned level = 0;
  std::vector<drawn_entry> entries = {};
  bool whole = true;  ///< false: more is there than is drawn

  /// Appends, or lengthens the run at the end.
  void add(drawn_entry);
};

nlohmann::json to_json(const drawn_table&);

/// How many entries off the path one tree may show. A table that holds itself would fill any page.
constexpr unsigned drawn_limit = 400;

}  // namespace umbra::tools
