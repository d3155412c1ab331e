// umbra deep: is there any address, and any access, for which the state after an input is wrong?
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "tools/cli/tree.hpp"
#include "tools/cli/verbs.hpp"
#include "tools/deep/check.hpp"
#include "tools/ops/load.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

struct options {
  std::vector<fs::path> paths;
  unsigned jobs = 0;
};

/// The inputs that are named, and those in directories that are; what is no input there is left out, and said so.
std::vector<fs::path> inputs_of(const std::vector<fs::path>& paths) {
  std::vector<fs::path> all;
  for (const fs::path& p : paths) {
    if (!fs::is_directory(p)) {
      load(p);
      all.push_back(p);
      continue;
    }
    const std::size_t before = all.size();
    for (const auto& e : fs::recursive_directory_iterator(p)) {
      if (!e.is_regular_file()) continue;
      const std::string extension = e.path().extension();
      if (extension == ".json" || extension == ".diff" || extension == ".md") continue;
      try {
        load(e.path());
        all.push_back(e.path());
      } catch (const error& problem) {
        fmt::print(stderr, "umbra: left out: {}\n", problem.what());
      }
    }
    if (all.size() == before) throw error(fmt::format("There is no input in {}.", p.string()));
    std::sort(all.begin() + static_cast<std::ptrdiff_t>(before), all.end());
  }
  return all;
}

status judge(options o) {
  const std::vector<fs::path> inputs = inputs_of(o.paths);
  if (o.jobs == 0) o.jobs = std::max(1u, std::thread::hardware_concurrency());
  const deep_summary s = deep_check(inputs, build_root() / "deep", o.jobs, true);
  fmt::print("{} inputs, {} paths, {} obligations: {}; {} has the figures.\n", s.inputs, s.paths, s.obligations,
             s.problems.empty() ? "no access is let through that should not be"
                                : fmt::format("{} with a disagreement", s.problems.size()),
             (build_root() / "deep" / "deep.json").string());
  return s.problems.empty() ? status::good : status::bad;
}

}  // namespace

void add_deep(CLI::App& app, action& run) {
  auto* verb = app.add_subcommand("deep", "Judges the state after an input for every address and access at once.");
  auto o = std::make_shared<options>();
  verb->add_option("PATH", o->paths, "Op files, raw fuzz inputs, or directories of them")->required();
  verb->add_option("--jobs", o->jobs, "Processes; without it: one a core")->check(CLI::Range(1, 256));
  verb->callback([o, &run] { run = [o] { return judge(*o); }; });
}

}  // namespace umbra::tools
