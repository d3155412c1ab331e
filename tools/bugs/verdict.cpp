#include "tools/bugs/verdict.hpp"

#include <algorithm>

namespace umbra::tools {

namespace {

bool found_something(const hunted& h) { return h.finding.has_value(); }

survival survival_of(std::string_view engine, const std::vector<hunted>& hunts) {
  survival s{.engine = std::string(engine), .seconds = {}};
  for (const hunted& h : hunts) s.seconds.push_back(h.finding ? std::optional(h.seconds) : std::nullopt);
  return s;
}

}  // namespace

unsigned fuzzing::found_by() const {
  return static_cast<unsigned>(std::count_if(hunts.begin(), hunts.end(), found_something));
}

bool verdict::found() const {
  return !broken() && std::any_of(fuzzed.begin(), fuzzed.end(), [](const fuzzing& f) { return f.always(); });
}

bool verdict::quiet() const {
  return in_kernel.is != kernel_result::answer::noticed &&
         std::none_of(properties.begin(), properties.end(), found_something) &&
         std::all_of(fuzzed.begin(), fuzzed.end(), [](const fuzzing& f) { return f.found_by() == 0; });
}

bool verdict::refuted() const {
  return std::all_of(subject.theorems.begin(), subject.theorems.end(), [&](const std::string& t) {
    return std::find(proof.refuted.begin(), proof.refuted.end(), t) != proof.refuted.end();
  });
}

std::vector<survival> verdict::survivals() const {
  std::vector<survival> all;
  for (const fuzzing& f : fuzzed) all.push_back(survival_of(name_of(f.engine), f.hunts));
  if (!properties.empty()) all.push_back(survival_of("rapidcheck", properties));
  if (!proof.tried.empty()) {
    all.push_back({"proofs", {proof.refuted.empty() ? std::nullopt : std::optional(proof.seconds)}});
  }
  // Of a bug that no guest came to, the checker has had nothing to see.
  if (in_kernel.is == kernel_result::answer::noticed) all.push_back({"kernel", {in_kernel.seconds}});
  if (in_kernel.is == kernel_result::answer::missed) all.push_back({"kernel", {std::nullopt}});
  return all;
}

}  // namespace umbra::tools
