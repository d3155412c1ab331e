#include "tools/props/attempt.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"
#include "tools/fuzz/crash.hpp"
#include "tools/ops/load.hpp"
#include "tools/props/failure.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

attempt::attempt(const fs::path& program, const fs::path& work, const std::string& name, const property_run& r)
    : run_(r), log_(work / (name + ".log")), report_(work / (name + ".json")), running_(work / (name + ".running")) {
  fs::remove(report_);
  fs::remove(running_);
  process_.emplace(
      command{.words = {program.string(), "--gtest_filter=" + r.property, "--gtest_output=json:" + report_.string()},
              .directory = work,
              .environment = {{"RC_PARAMS", fmt::format("seed={} max_success={} max_size={}", r.seed, r.count, r.size)},
                              {"UMBRA_RUNNING", running_.string()},
                              {"ASAN_OPTIONS", "external_symbolizer_path=llvm-symbolizer-19"},
                              {"UBSAN_OPTIONS", "print_stacktrace=1"}},
              .output = log_});
}

counterexample attempt::death(ending how) const {
  const std::string log = read_file(log_);
  counterexample c{.run = run_, .why = crash_in(log, how).text, .programs = {}, .shrunk = false, .report = log};
  if (fs::exists(running_) && fs::file_size(running_) != 0) c.programs.push_back(fuzz::to_text(load(running_).program));
  return c;
}

std::optional<counterexample> attempt::verdict() {
  const ending how = process_->wait();
  if (!fs::exists(report_)) return death(how);
  const nlohmann::json said = nlohmann::json::parse(read_file(report_));
  if (said.at("tests") != 1) throw error(fmt::format("There is no property '{}'.", run_.property));
  const nlohmann::json& test = said.at("testsuites").at(0).at("testsuite").at(0);
  if (!test.contains("failures")) {
    if (how != 0) return death(how);  // of a leak, for one
    return std::nullopt;
  }
  const std::string message = test.at("failures").at(0).at("failure").get<std::string>();
  const property_failure f = read_failure(message);
  return counterexample{.run = run_, .why = f.why, .programs = f.programs, .shrunk = true, .report = message};
}

std::vector<std::string> properties_of(const fs::path& program, const fs::path& work) {
  const fs::path list = work / "list.log";
  if (run({.words = {program.string(), "--gtest_list_tests"}, .output = list}) != 0)
    throw error(fmt::format("{} does not say which properties it has.", program.string()), status::broken);
  std::istringstream in(read_file(list));
  std::vector<std::string> names;
  std::string suite;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("  "))
      names.push_back(suite + line.substr(2));
    else if (line.ends_with('.'))
      suite = line;
  }
  return names;
}

}  // namespace umbra::tools
