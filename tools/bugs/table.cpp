#include "tools/bugs/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace umbra::tools {

namespace {

/// The ids that broke, each once, as "I2, I7a"; one that was not expected is marked.
std::string noticed_by(const verdict& v) {
  std::vector<std::string> ids;
  for (const fuzzing& f : v.fuzzed) {
    for (const hunted& h : f.hunts) {
      if (!h.finding) continue;
      const auto& e = v.subject.expected;
      const bool expected = e.empty() || std::find(e.begin(), e.end(), h.finding->id) != e.end();
      const std::string id = h.finding->id + (expected ? "" : "*");
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
  }
  return fmt::format("{}", fmt::join(ids, ","));
}

/// By the engine that did best.
std::string state(const verdict& v) {
  if (v.broken()) return "BROKEN";
  if (is_clean_tree(v.subject)) return v.quiet() ? "quiet" : "NOT QUIET";
  std::size_t found = 0, of = 0;
  for (const fuzzing& f : v.fuzzed) {
    found = std::max<std::size_t>(found, f.found_by());
    of = f.hunts.size();
  }
  if (v.found()) return of == 1 ? "found" : fmt::format("found {}/{}", found, of);
  return of == 1 ? "ESCAPED" : fmt::format("ESCAPED {}/{}", of - found, of);
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

/// "I3", "guest"; "no" if it was there to be noticed.
std::string kernel(const kernel_result& r) {
  switch (r.is) {
    case kernel_result::answer::unasked:
      return "-";
    case kernel_result::answer::outside:
    case kernel_result::answer::unreached:
      return "not reached";
    case kernel_result::answer::missed:
      return "no";
    case kernel_result::answer::noticed:
      return r.noticed_by;
    case kernel_result::answer::broken:
      return "BROKEN";
  }
  return "";
}

std::string seconds(const std::optional<double>& s) { return s ? fmt::format("{:.1f}", *s) : "-"; }

/// What an engine made of it; nothing if it was not asked.
survival survival_of(const verdict& v, std::string_view engine) {
  for (survival& s : v.survivals()) {
    if (s.engine == engine) return s;
  }
  return {};
}

/// How many seeds found it, if it was asked: "-", "found", "3/5".
std::string found_by(const survival& s) {
  if (s.seconds.empty()) return "-";
  if (s.seconds.size() == 1) return s.found() == 1 ? "found" : "no";
  return fmt::format("{}/{}", s.found(), s.seconds.size());
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

nlohmann::json json_of(const hunted& h, fuzz_engine e) {
  nlohmann::json one{{"engine", name_of(e)},
                     {"seed", h.seed},
                     {"found", h.finding.has_value()},
                     {"executions", h.executions},
                     {"seconds", h.seconds}};
  if (h.finding) {
    one["noticed_by"] = h.finding->id;
    one["text"] = h.finding->text;
    one["input"] = h.finding->input.string();
  }
  return one;
}

nlohmann::json json_of(const kernel_result& r) {
  return {{"answer", name_of(r.is)}, {"noticed_by", r.noticed_by}, {"words", r.words}, {"seconds", r.seconds}};
}

}  // namespace

std::string table_head(const std::vector<fuzz_engine>& engines) {
  std::string others;
  for (std::size_t n = 1; n < engines.size(); ++n)
    others += fmt::format("{:<10} {:>8} {:>8}  ", name_of(engines[n]), "median s", "worst s");
  return fmt::format("{:<6} {:<12} {:<16} {:>12} {:>8} {:>8}  {:<10} {}{:<11} {:<8} {}\n", "id", "result", "noticed by",
                     "executions", "median s", "worst s", "properties", others, "kernel", "proof", "bug");
}

std::string table_row(const verdict& v) {
  std::uint64_t executions = 0;
  survival first;
  std::string others;
  for (const fuzzing& f : v.fuzzed) {
    const survival s = survival_of(v, name_of(f.engine));
    if (&f == &v.fuzzed.front()) {
      first = s;
      for (const hunted& h : f.hunts) executions = std::max(executions, h.executions);
    } else {
      others += fmt::format("{:<10} {:>8} {:>8}  ", found_by(s), seconds(s.median()), seconds(s.worst()));
    }
  }
  return fmt::format("{:<6} {:<12} {:<16} {:>12} {:>8} {:>8}  {:<10} {}{:<11} {:<8} {}\n", v.subject.id, state(v),
                     noticed_by(v), executions, seconds(first.median()), seconds(first.worst()),
                     found_by(survival_of(v, "rapidcheck")), others, kernel(v.in_kernel), proof(v),
                     v.broken() ? v.problem : v.subject.title);
}

std::string table_foot(const std::vector<verdict>& all) {
  unsigned found = 0, broken = 0, bugs = 0, tried = 0, refuted = 0, checked = 0, by_properties = 0, booted = 0,
           in_kernel = 0, reached = 0;
  std::map<std::string_view, unsigned> by_engine;
  for (const verdict& v : all) {
    if (is_clean_tree(v.subject)) continue;
    ++bugs;
    found += v.found();
    broken += v.broken();
    for (const fuzzing& f : v.fuzzed) by_engine[name_of(f.engine)] += f.always();
    checked += !v.properties.empty();
    by_properties += survival_of(v, "rapidcheck").always();
    booted += v.in_kernel.is != kernel_result::answer::unasked;
    in_kernel += survival_of(v, "kernel").always();
    reached += !survival_of(v, "kernel").seconds.empty();
    tried += !v.proof.tried.empty() || !v.proof.problem.empty();
    refuted += !v.proof.tried.empty() && v.refuted();
  }
  std::vector<std::string> shares;
  for (const auto& [engine, count] : by_engine) shares.push_back(fmt::format("{} by {}", count, engine));
  return fmt::format(
      "{} of {} found{}{}{}{}{}; executions are the most that any seed needed", found, bugs,
      shares.size() < 2 ? "" : fmt::format(" ({})", fmt::join(shares, ", ")),
      broken == 0 ? "" : fmt::format(", {} broken", broken),
      checked == 0 ? "" : fmt::format(", {} of {} by properties", by_properties, checked),
      tried == 0 ? "" : fmt::format(", {} of {} refuted by proof", refuted, tried),
      booted == 0 ? "" : fmt::format(", {} of {} in the kernel, which reaches {}", in_kernel, booted, reached));
}

nlohmann::json to_json(const std::vector<verdict>& all) {
  nlohmann::json list = nlohmann::json::array();
  for (const verdict& v : all) {
    nlohmann::json hunts = nlohmann::json::array();
    for (const fuzzing& f : v.fuzzed) {
      for (const hunted& h : f.hunts) hunts.push_back(json_of(h, f.engine));
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
    if (v.in_kernel.is != kernel_result::answer::unasked) list.back()["kernel"] = json_of(v.in_kernel);
  }
  return list;
}

}  // namespace umbra::tools
