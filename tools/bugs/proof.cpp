#include "tools/bugs/proof.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

proof_result try_theorems(const fs::path& binary, const fs::path& work, const std::vector<std::string>& theorems,
                          double seconds) {
  fs::remove_all(work);
  fs::create_directories(work);
  proof_result result;
  result.tried = theorems;
  const fs::path figures = work / "figures.json", log = work / "log";
  command prove{.words = {binary.string(), "--jobs", "1", "--no-coverage", "--until-refuted", "--json",
                          figures.string(), "--cases", (work / "cases").string()},
                .output = log};
  prove.words.insert(prove.words.end(), theorems.begin(), theorems.end());
  if (!run_for(prove, seconds).how) {
    result.problem = "the theorems were not judged in time";
    return result;
  }
  if (!fs::exists(figures)) {
    result.problem = "the theorems were not judged: " + tail(read_file(log), 3);
    return result;
  }
  const auto all = nlohmann::json::parse(read_file(figures));
  for (const auto& theorem : all.at("theorems")) {
    result.seconds += theorem.at("seconds").get<double>();
    for (const auto& unit : theorem.at("units")) {
      if (unit.at("verdict") != "refuted") continue;
      result.refuted.push_back(theorem.at("theorem"));
      break;
    }
  }
  return result;
}

}  // namespace umbra::tools
