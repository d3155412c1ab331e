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

  /// Whether something is wrong here, or in a table that this leads to.
  bool leads_to_wrong() const;
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
  bool holds_wrong() const;
};

nlohmann::json to_json(const drawn_table&);

/// What one tree may show, beside the path and what is wrong. A table that holds itself would fill any page.
class drawn_budget {
 public:
  /// Whether one more entry may be looked at; if not, nothing more is.
  bool look() { return looked_++ < looked_limit; }
  /// Whether a table may show this entry.
  bool take(const drawn_table&, const drawn_entry&);

 private:
  static constexpr unsigned looked_limit = 50'000, drawn_limit = 600, table_limit = 40;
  unsigned looked_ = 0, drawn_ = 0;
};

}  // namespace umbra::tools
