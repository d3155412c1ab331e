#include "tools/triage/sarif.hpp"

#include <fmt/format.h>

#include <map>

#include "tools/triage/promises.hpp"

namespace umbra::tools {

namespace {

using nlohmann::json;

json location(const std::string& file, unsigned line, const std::string& message = "") {
  json physical{{"artifactLocation", {{"uri", file}, {"uriBaseId", "SRCROOT"}}}};
  if (line != 0) physical["region"] = {{"startLine", line}};
  json l{{"physicalLocation", physical}};
  if (!message.empty()) l["message"] = {{"text", message}};
  return l;
}

json result(const kept_finding& k, std::size_t rule) {
  const record& r = k.what;
  json frames = json::array();
  for (const frame& f : r.stack) {
    json here = location(f.file, f.line);
    here["logicalLocations"] = {{{"fullyQualifiedName", f.function}, {"kind", "function"}}};
    frames.push_back({{"location", here}});
  }
  json steps = json::array();
  for (const record::step& s : r.steps) {
    json at = location(k.minimal, 0, s.op);
    steps.push_back({{"location", at}});
  }
  json j{{"ruleId", r.id},
         {"ruleIndex", rule},
         {"level", "error"},
         {"kind", "fail"},
         {"message", {{"text", fmt::format("{} Signature: {}.", r.text, signature(r))}}},
         {"locations", {r.stack.empty() ? location(k.minimal, 0) : location(r.stack[0].file, r.stack[0].line)}},
         {"relatedLocations", {location(k.minimal, 0, "The minimal input")}},
         {"partialFingerprints", {{"umbraSignature/v1", signature_name(r)}}},
         {"occurrenceCount", std::max<std::size_t>(1, r.inputs.size())},
         {"properties", {{"target", r.target}, {"op", r.at}, {"steady", r.steady}, {"firstBad", r.first_bad}}}};
  if (!frames.empty()) j["stacks"] = {{{"message", {{"text", "Where the core was"}}}, {"frames", frames}}};
  if (!steps.empty()) {
    j["codeFlows"] = {{{"message", {{"text", "What the guest did"}}}, {"threadFlows", {{{"locations", steps}}}}}};
  }
  return j;
}

}  // namespace

std::string to_sarif(const std::vector<kept_finding>& all) {
  std::map<std::string, std::size_t> known;
  json rules = json::array(), results = json::array();
  for (const kept_finding& k : all) {
    const auto [at, fresh] = known.emplace(k.what.id, rules.size());
    if (fresh) rules.push_back({{"id", k.what.id}, {"shortDescription", {{"text", meaning_of(k.what.id)}}}});
    results.push_back(result(k, at->second));
  }
  const json run{{"tool", {{"driver", {{"name", "umbra triage"}, {"rules", rules}}}}},
                 {"columnKind", "utf16CodeUnits"},
                 {"results", results}};
  const json log{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"}, {"runs", {run}}};
  return log.dump(2) + "\n";
}

}  // namespace umbra::tools
