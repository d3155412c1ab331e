#include "tools/run/drawn.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace umbra::tools {

bool drawn_entry::continued_by(const drawn_entry& next) const {
  return table == nullptr && next.table == nullptr && first + count == next.first && frame + count == next.frame &&
         frame != 0 && bits == next.bits && on_path == next.on_path && wrong == next.wrong;
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
    nlohmann::json j{{"first", e.first}, {"count", e.count},   {"value", fmt::format("{:#x}", e.value)},
                     {"bits", e.bits},   {"target", e.target}, {"on_path", e.on_path},
                     {"wrong", e.wrong}};
    if (e.table) j["table"] = to_json(*e.table);
    entries.push_back(std::move(j));
  }
  return {{"name", t.name}, {"level", t.level}, {"entries", entries}, {"whole", t.whole}};
}

}  // namespace umbra::tools
