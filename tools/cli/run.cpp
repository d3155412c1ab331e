// umbra run: executes one program of ops, or one trial of an instruction, and shows what happens.
#include <cstdio>
#include <filesystem>
#include <memory>

#include "tools/cli/verbs.hpp"
#include "tools/ops/input.hpp"
#include "tools/ops/load.hpp"
#include "tools/run/run.hpp"
#include "tools/run/trial.hpp"

namespace umbra::tools {

namespace {

status execute(const input& i) {
  const bool well =
      i.is_trial() ? show_trial(load_trial(i.file).trial, stdout) : show_run(load(i.file).program, stdout);
  return well ? status::good : status::bad;
}

}  // namespace

void add_run(CLI::App& app, action& run) {
  auto* verb =
      app.add_subcommand("run", "Executes one op file, instruction file or raw fuzz input and shows each step.");
  auto i = std::make_shared<input>();
  i->ask(*verb);
  verb->callback([i, &run] { run = [i] { return execute(*i); }; });
}

}  // namespace umbra::tools
