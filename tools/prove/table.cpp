#include "tools/prove/table.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace umbra::tools {

namespace {

constexpr auto layout = "  {:<26}{:>7}{:>9}{:>9}{:>13}{:>10}{:>9}  {}\n";

struct row {
  std::string mode;
  smt::tally sum;
  unsigned units = 0;
  std::string verdict = "holds";
};

}  // namespace

std::string heading(const proofs::theorem& t) {
  std::string text = fmt::format("\n{} {}\n  {}\n", t.id, t.title, t.statement);
  for (const char* a : t.assumptions) text += fmt::format("  assumes: {}\n", a);
  return text;
}

std::string row_titles() {
  return fmt::format(layout, "mode", "units", "paths", "closed", "obligations", "calls", "seconds", "verdict");
}

std::string rows(const theorem_verdict& v) {
  std::vector<row> all;
  for (const unit_verdict& u : v.units) {
    const std::string mode = u.unit.mode();
    auto at = std::find_if(all.begin(), all.end(), [&](const row& r) { return r.mode == mode; });
    if (at == all.end()) at = all.insert(all.end(), row{.mode = mode, .sum = {}});
    at->sum += u.result.done;
    ++at->units;
    if (!u.holds()) at->verdict = u.text();
  }
  std::string text;
  for (const row& r : all) {
    text += fmt::format(layout, r.mode, r.units, r.sum.paths, r.sum.closed, r.sum.discharged + r.sum.obvious,
                        r.sum.solver_calls, fmt::format("{:.1f}", static_cast<double>(r.sum.microseconds) / 1e6),
                        r.verdict);
  }
  for (const unit_verdict& u : v.units) {
    if (!u.holds()) text += fmt::format("  {}: {}: {}\n", u.unit.name(), u.text(), u.reason());
  }
  if (!v.covered.empty()) {
    text += "  production lines covered:";
    for (const covered_file& c : v.covered) text += fmt::format(" {} {}/{}", c.name, c.hit, c.lines);
    text += '\n';
  }
  return text;
}

nlohmann::json to_json(std::span<const theorem_verdict> all) {
  using nlohmann::json;
  json theorems = json::array();
  for (const theorem_verdict& v : all) {
    json units = json::array();
    for (const unit_verdict& u : v.units) {
      const smt::tally& t = u.result.done;
      units.push_back({{"unit", u.unit.name()},
                       {"mode", u.unit.mode()},
                       {"verdict", u.text()},
                       {"reason", u.reason()},
                       {"paths", t.paths},
                       {"closed", t.closed},
                       {"forks", t.forks},
                       {"forced", t.forced},
                       {"discharged", t.discharged},
                       {"obvious", t.obvious},
                       {"solver_calls", t.solver_calls},
                       {"cpu_seconds", static_cast<double>(t.microseconds) / 1e6}});
    }
    json covered = json::array();
    for (const covered_file& c : v.covered)
      covered.push_back({{"file", c.name}, {"lines", c.lines}, {"hit", c.hit}, {"missed", c.missed}});
    json list_of_assumptions = json::array();
    for (const char* a : v.theorem->assumptions) list_of_assumptions.push_back(a);
    theorems.push_back({{"theorem", v.theorem->id},
                        {"title", v.theorem->title},
                        {"statement", v.theorem->statement},
                        {"assumptions", list_of_assumptions},
                        {"holds", v.holds()},
                        {"seconds", v.seconds},
                        {"covered", covered},
                        {"units", units}});
  }
  return {{"theorems", theorems}};
}

}  // namespace umbra::tools
