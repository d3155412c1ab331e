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

std::string seconds(const std::optional<double>& s) { return s ? fmt::format("{:.1f}", *s) : "-"; }

/// How many seeds of an engine found it, if it was asked: "-", "found", "3/5".
std::string found_by(const verdict& v, const std::string& engine) {
  for (const survival& s : v.survivals()) {
    if (s.engine != engine) continue;
    if (s.seconds.size() == 1) return s.found() == 1 ? "found" : "no";
    return fmt::format("{}/{}", s.found(), s.seconds.size());
  }
  return "-";
}

nlohmann::json or_null(const std::optional<double>& s) { return s ? nlohmann::json(*s) : nlohmann::json(nullptr); }

nlohmann::json json_of(const survival& s) {
  nlohmann::json all = nlohmann::json::array();
  for (const auto& one : s.seconds) all.push_back(or_null(one));
  return {{"engine", s.engine},
          {"found", s.found()},
          {"of", s.seconds.size()},
          {"median_seconds", or_null(s.median())},
          {"worst_seconds", or_null(s.worst())},
          {"seconds", all}};
}

}  // namespace

std::string table_head() {
  return fmt::format("{:<6} {:<12} {:<16} {:>12} {:>8} {:>8}  {:<10} {:<8} {}\n", "id", "result", "noticed by",
                     "executions", "median s", "worst s", "properties", "proof", "bug");
}

std::string table_row(const verdict& v) {
  std::uint64_t executions = 0;
  survival fuzzing;
  for (const survival& s : v.survivals()) {
    if (s.engine == "libfuzzer") fuzzing = s;
  }
  for (const hunted& h : v.hunts) executions = std::max(executions, h.executions);
  return fmt::format("{:<6} {:<12} {:<16} {:>12} {:>8} {:>8}  {:<10} {:<8} {}\n", v.subject.id, state(v), noticed_by(v),
                     executions, seconds(fuzzing.median()), seconds(fuzzing.worst()), found_by(v, "rapidcheck"),
                     proof(v), v.broken() ? v.problem : v.subject.title);
}

std::string table_foot(const std::vector<verdict>& all) {
  unsigned found = 0, broken = 0, bugs = 0, tried = 0, refuted = 0, checked = 0, by_properties = 0;
  for (const verdict& v : all) {
    if (is_clean_tree(v.subject)) continue;
    ++bugs;
    found += v.found();
    broken += v.broken();
    checked += !v.properties.empty();
    for (const survival& s : v.survivals()) by_properties += s.engine == "rapidcheck" && s.always();
    tried += !v.proof.tried.empty() || !v.proof.problem.empty();
    refuted += !v.proof.tried.empty() && v.refuted();
  }
  return fmt::format("{} of {} found{}{}{}; executions are the most that any seed needed", found, bugs,
                     broken == 0 ? "" : fmt::format(", {} broken", broken),
                     checked == 0 ? "" : fmt::format(", {} of {} by properties", by_properties, checked),
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
    nlohmann::json engines = nlohmann::json::array();
    for (const survival& s : v.survivals()) engines.push_back(json_of(s));
    list.push_back({{"id", v.subject.id},
                    {"engines", engines},
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
