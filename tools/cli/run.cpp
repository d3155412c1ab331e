// umbra run: executes one program of ops and shows each step.
#include <cstdio>
#include <filesystem>
#include <memory>

#include "tools/cli/verbs.hpp"
#include "tools/ops/load.hpp"
#include "tools/run/run.hpp"

namespace umbra::tools {

namespace {

status execute(const std::filesystem::path& file) {
  const loaded input = load(file);
  return show_run(input.program, stdout) ? status::good : status::bad;
}

}  // namespace

void add_run(CLI::App& app, action& run) {
  auto* verb = app.add_subcommand("run", "Executes one op file or raw fuzz input and shows each step.");
  auto file = std::make_shared<std::filesystem::path>();
  verb->add_option("FILE", *file, "An op file (its first line says umbra-ops) or a raw fuzz input")->required();
  verb->callback([file, &run] { run = [file] { return execute(*file); }; });
}

}  // namespace umbra::tools
