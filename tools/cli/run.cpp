// umbra run: executes one program of ops, or one trial of an instruction, and shows what happens.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "tools/cli/tree.hpp"
#include "tools/cli/verbs.hpp"
#include "tools/ops/input.hpp"
#include "tools/ops/load.hpp"
#include "tools/run/run.hpp"
#include "tools/run/trial.hpp"

namespace umbra::tools {

namespace {

struct options {
  input what;
  std::filesystem::path json;
};

status execute(const options& o) {
  const input& i = o.what;
  nlohmann::json told;
  nlohmann::json* record = o.json.empty() ? nullptr : &told;
  const bool well = i.is_trial() ? show_trial(load_trial(i.file).trial, stdout, record)
                                 : show_run(load(i.file).program, stdout, record);
  if (record != nullptr) write_file(o.json, told.dump(2) + "\n");
  return well ? status::good : status::bad;
}

}  // namespace

void add_run(CLI::App& app, action& run) {
  auto* verb =
      app.add_subcommand("run", "Executes one op file, instruction file or raw fuzz input and shows each step.");
  auto o = std::make_shared<options>();
  o->what.ask(*verb);
  verb->add_option("--json", o->json, "Where to write the same as JSON, with both trees of tables");
  verb->callback([o, &run] { run = [o] { return execute(*o); }; });
}

}  // namespace umbra::tools
