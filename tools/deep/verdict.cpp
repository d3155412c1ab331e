#include "tools/deep/verdict.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace umbra::tools {

namespace {

constexpr auto layout = "{:<44} {:>5} {:>6} {:>7} {:>11} {:>7} {:>8}  {}\n";

smt::tally sum(const deep_verdict& v) {
  smt::tally t;
  for (const smt::exploration& e : v.vcpus) t += e.done;
  return t;
}

bool unjudged(const deep_verdict& v) {
  return std::any_of(v.vcpus.begin(), v.vcpus.end(), [](const auto& e) { return e.failed != smt::failure_kind::none; });
}

}  // namespace

bool deep_verdict::refuted() const {
  return std::any_of(vcpus.begin(), vcpus.end(), [](const smt::exploration& e) { return e.refuted; });
}

bool deep_verdict::agrees() const {
  if (unjudged(*this)) return false;
  return !refuted() || !concrete.empty();
}

std::string deep_verdict::text() const {
  if (unjudged(*this)) return "NOT JUDGED";
  if (refuted()) return concrete.empty() ? "REFUTED, and the run saw nothing" : "refuted; the run: " + concrete;
  return concrete.empty() ? "holds" : "holds; the run: " + concrete;
}

std::string deep_table(const std::vector<deep_verdict>& all) {
  std::string text =
      fmt::format(layout, "input", "vCPUs", "tables", "paths", "obligations", "calls", "seconds", "verdict");
  for (const deep_verdict& v : all) {
    const smt::tally t = sum(v);
    const std::string name = v.input.size() > 44 ? "..." + v.input.substr(v.input.size() - 41) : v.input;
    text += fmt::format(layout, name, v.vcpus.size(), v.tables, t.paths, t.discharged + t.obvious, t.solver_calls,
                        fmt::format("{:.1f}", static_cast<double>(t.microseconds) / 1e6), v.text());
    for (const smt::exploration& e : v.vcpus) {
      if (e.sound()) continue;
      text += "  " + e.what + "\n";
      if (!e.cases.empty()) text += e.cases.front();
    }
  }
  return text;
}

std::string to_json(const std::vector<deep_verdict>& all) {
  using nlohmann::json;
  json list = json::array();
  for (const deep_verdict& v : all) {
    const smt::tally t = sum(v);
    json problems = json::array();
    for (const smt::exploration& e : v.vcpus) {
      if (!e.sound()) problems.push_back({{"what", e.what}, {"case", e.cases.empty() ? "" : e.cases.front()}});
    }
    list.push_back({{"input", v.input},
                    {"concrete", v.concrete},
                    {"refuted", v.refuted()},
                    {"agrees", v.agrees()},
                    {"verdict", v.text()},
                    {"vcpus", v.vcpus.size()},
                    {"tables", v.tables},
                    {"paths", t.paths},
                    {"obligations", t.discharged + t.obvious},
                    {"solver_calls", t.solver_calls},
                    {"cpu_seconds", static_cast<double>(t.microseconds) / 1e6},
                    {"problems", problems}});
  }
  return list.dump(2) + '\n';
}

}  // namespace umbra::tools
