#include "tools/deep/check.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"
#include "tools/deep/capture.hpp"
#include "tools/ops/load.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

deep_summary deep_check(const std::vector<fs::path>& inputs, const fs::path& work, unsigned jobs, bool loud) {
  build("smt", {"umbra-deep"});
  fs::remove_all(work);
  fs::create_directories(work);
  const fs::path figures = work / "deep.json", log = work / "deep.log";
  command judge{.words = {program(build_directory("smt"), "umbra-deep").string(), "--jobs", std::to_string(jobs),
                          "--json", figures.string()},
                .output = loud ? fs::path() : log};
  if (!loud) judge.words.push_back("--quiet");
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    if (interrupted()) throw error("Interrupted.", status::broken);
    const fs::path file = work / fmt::format("{:05}.json", n);
    write_file(file, to_json(capture_after(load(inputs[n]).program, inputs[n].string())));
    judge.words.push_back(file.string());
  }
  const ending e = run(judge);
  if (!fs::exists(figures) || (e != 0 && e != static_cast<int>(status::bad)))
    throw error(fmt::format("umbra-deep gave no answer{}", loud ? std::string(".") : ": " + tail(read_file(log), 3)),
                status::broken);

  deep_summary s;
  for (const auto& v : nlohmann::json::parse(read_file(figures))) {
    ++s.inputs;
    s.paths += v.at("paths").get<std::uint64_t>();
    s.obligations += v.at("obligations").get<std::uint64_t>();
    if (v.at("agrees").get<bool>() && !v.at("refuted").get<bool>()) continue;
    std::string problem = fmt::format("{}: {}", v.at("input").get<std::string>(), v.at("verdict").get<std::string>());
    for (const auto& p : v.at("problems"))
      problem += fmt::format("\n{}\n{}", p.at("what").get<std::string>(), p.at("case").get<std::string>());
    s.problems.push_back(std::move(problem));
  }
  return s;
}

}  // namespace umbra::tools
