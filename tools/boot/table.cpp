#include "tools/boot/table.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace umbra::tools {

namespace {

struct column {
  const char* title;
  std::vector<std::string> names;  ///< of figures that are summed; the name's end counts
};

const std::vector<column>& columns() {
  static const std::vector<column> all{{"ticks", {"ticks"}},
                                       {"exits", {" exits"}},
                                       {"put off", {" entries_put_off"}},
                                       {"kicks", {" kicks"}},
                                       {"moves", {" moves"}},
                                       {"VPID flushes", {" vpid_flushes"}},
                                       {"flushes of all", {"vm remote_tlb_flush"}},
                                       {"faults served", {"vm pf_fixed"}},
                                       {"given", {"vm pf_guest"}},
                                       {"unprotected", {"vm unprotected"}},
                                       {"tables built", {"vm cache_miss"}},
                                       {"checks", {"vm checks"}}};
  return all;
}

std::uint64_t sum(const figures& all, const column& c) {
  std::uint64_t total = 0;
  for (const auto& [name, value] : all) {
    for (const std::string& end : c.names) total += name.ends_with(end) ? value : 0;
  }
  return total;
}

}  // namespace

std::vector<measured> measurements_of(const journal& j, const std::vector<boot_load>& plan) {
  std::vector<measured> all;
  for (const boot_load& load : plan) {
    for (const boot_step& s : load.steps) {
      const std::string name = load.name + "/" + s.name;
      const boot_section* section = j.find(name);
      if (section == nullptr) continue;
      std::vector<std::string> lines = section->lines;
      figures found = figures_of(lines);
      if (!found.empty()) all.emplace_back(name, std::move(found));
    }
  }
  return all;
}

std::string boot_table(const std::vector<measured>& all) {
  std::string out = fmt::format("{:<22}", "guest");
  for (const column& c : columns())
    out += fmt::format(" {:>{}}", c.title, std::max<std::size_t>(9, std::string(c.title).size()));
  out += "\n";
  for (const auto& [name, found] : all) {
    out += fmt::format("{:<22}", name);
    for (const column& c : columns()) {
      out += fmt::format(" {:>{}}", sum(found, c), std::max<std::size_t>(9, std::string(c.title).size()));
    }
    out += "\n";
  }
  return out;
}

nlohmann::json boot_json(const std::vector<measured>& all, const std::vector<std::string>& faults,
                         const std::string& kernel) {
  nlohmann::json out{{"kernel", kernel}, {"faults", faults}, {"guests", nlohmann::json::object()}};
  for (const auto& [name, found] : all) out["guests"][name] = found;
  return out;
}

}  // namespace umbra::tools
