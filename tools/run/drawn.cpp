#include "tools/run/drawn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace umbra::tools {

bool drawn_entry::continued_by(const drawn_entry& next) const {
  return table == nullptr && next.table == nullptr && first + count == next.first && frame + count == next.frame &&
         frame != 0 && bits == next.bits && on_path == next.on_path && wrong == next.wrong;
}

bool drawn_entry::leads_to_wrong() const { return !wrong.empty() || (table != nullptr && table->holds_wrong()); }

bool drawn_table::holds_wrong() const {
  return std::any_of(entries.begin(), entries.end(), [](const drawn_entry& e) { return e.leads_to_wrong(); });
}

bool drawn_budget::take(const drawn_table& t, const drawn_entry& e) {
  if (e.on_path || e.leads_to_wrong()) return true;
  if (!t.entries.empty() && t.entries.back().continued_by(e)) return true;
  if (t.entries.size() >= table_limit || drawn_ >= drawn_limit) return false;
  ++drawn_;
  return true;
}

void drawn_table::add(drawn_entry e) {
  if (!entries.empty() && entries.back().continued_by(e)) {
    entries.back().count += e.count;
  } else {
    entries.push_back(std::move(e));
  }
}

nlohmann::json to_json(const drawn_table& t) {
  nlohmann::json entries = nlohmann::json::array();
  for (const drawn_entry& e : t.entries) {
    nlohmann::json j{{"first", e.first},
                     {"count", e.count},
                     {"value", fmt::format("{:#x}", e.value)},
                     {"bits", e.bits},
                     {"target", e.target},
                     {"on_path", e.on_path},
                     {"wrong", e.wrong},
                     {"leads_to_wrong", e.leads_to_wrong()}};
    if (e.table) j["table"] = to_json(*e.table);
    entries.push_back(std::move(j));
  }
  return {{"name", t.name}, {"level", t.level}, {"entries", entries}, {"whole", t.whole}};
}

}  // namespace umbra::tools
