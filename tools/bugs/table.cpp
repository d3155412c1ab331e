#include "tools/bugs/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace umbra::tools {

namespace {

/// The ids that broke, each once, as "I2, I7a"; one that was not expected is marked.
std::string noticed_by(const verdict& v) {
  std::vector<std::string> ids;
  for (const hunted& h : v.hunts) {
    if (!h.finding) continue;
    const auto& e = v.subject.expected;
    const bool expected = e.empty() || std::find(e.begin(), e.end(), h.finding->id) != e.end();
    const std::string id = h.finding->id + (expected ? "" : "*");
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  }
  return fmt::format("{}", fmt::join(ids, ","));
}

std::string state(const verdict& v) {
  if (v.broken()) return "BROKEN";
  if (is_clean_tree(v.subject)) return v.found_by() == 0 ? "quiet" : "NOT QUIET";
  const bool one = v.hunts.size() == 1;
  if (v.found()) return one ? "found" : fmt::format("found {}/{}", v.found_by(), v.hunts.size());
  return one ? "ESCAPED" : fmt::format("ESCAPED {}/{}", v.hunts.size() - v.found_by(), v.hunts.size());
}

/// "T1,T3" for theorems that it refutes; what must be refuted and is not stands after an exclamation mark.
std::string proof(const verdict& v) {
  if (v.proof.tried.empty() && v.proof.problem.empty()) return "-";
  if (!v.proof.problem.empty()) return "BROKEN";
  std::vector<std::string> words = v.proof.refuted;
  for (const std::string& t : v.subject.theorems) {
    if (std::find(words.begin(), words.end(), t) == words.end()) words.push_back("!" + t);
  }
  return fmt::format("{}", fmt::join(words, ","));
}

}  // namespace

std::string table_head() {
  return fmt::format("{:<6} {:<12} {:<16} {:>12} {:>8}  {:<8} {}\n", "id", "result", "noticed by", "executions",
                     "seconds", "proof", "bug");
}

std::string table_row(const verdict& v) {
  std::uint64_t executions = 0;
  double seconds = 0;
  for (const hunted& h : v.hunts) {
    executions = std::max(executions, h.executions);
    seconds = std::max(seconds, h.seconds);
  }
  return fmt::format("{:<6} {:<12} {:<16} {:>12} {:>8.1f}  {:<8} {}\n", v.subject.id, state(v), noticed_by(v),
                     executions, seconds, proof(v), v.broken() ? v.problem : v.subject.title);
}

std::string table_foot(const std::vector<verdict>& all) {
  unsigned found = 0, broken = 0, bugs = 0, tried = 0, refuted = 0;
  for (const verdict& v : all) {
    if (is_clean_tree(v.subject)) continue;
    ++bugs;
    found += v.found();
    broken += v.broken();
    tried += !v.proof.tried.empty() || !v.proof.problem.empty();
    refuted += !v.proof.tried.empty() && v.refuted();
  }
  return fmt::format("{} of {} found{}{}; executions and seconds are the most that any seed needed", found, bugs,
                     broken == 0 ? "" : fmt::format(", {} broken", broken),
                     tried == 0 ? "" : fmt::format(", {} of {} refuted by proof", refuted, tried));
}

nlohmann::json to_json(const std::vector<verdict>& all) {
  nlohmann::json list = nlohmann::json::array();
  for (const verdict& v : all) {
    nlohmann::json hunts = nlohmann::json::array();
    for (const hunted& h : v.hunts) {
      hunts.push_back(
          {{"seed", h.seed}, {"found", h.finding.has_value()}, {"executions", h.executions}, {"seconds", h.seconds}});
      if (h.finding) {
        hunts.back()["noticed_by"] = h.finding->id;
        hunts.back()["text"] = h.finding->text;
        hunts.back()["input"] = h.finding->input.string();
      }
    }
    list.push_back({{"id", v.subject.id},
                    {"title", v.subject.title},
                    {"reference", v.subject.reference},
                    {"room", v.subject.room},
                    {"target", v.subject.target},
                    {"expected", v.subject.expected},
                    {"found", v.found()},
                    {"problem", v.problem},
                    {"theorems", v.subject.theorems},
                    {"refuted", v.proof.refuted},
                    {"proof_problem", v.proof.problem},
                    {"proof_seconds", v.proof.seconds},
                    {"hunts", hunts}});
  }
  return list;
}

}  // namespace umbra::tools
