// The verbs of the command line. Each adds its options to the app; when it is the one that was given, `run` says what
// to do.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "tools/cli/error.hpp"

namespace umbra::tools {

/// What main() calls once the command line is understood.
using action = std::function<status()>;

void add_fuzz(CLI::App& app, action& run);
void add_props(CLI::App& app, action& run);
void add_run(CLI::App& app, action& run);
void add_ops(CLI::App& app, action& run);
void add_bugs(CLI::App& app, action& run);
void add_bench(CLI::App& app, action& run);
void add_boot(CLI::App& app, action& run);
void add_deep(CLI::App& app, action& run);
void add_mutate(CLI::App& app, action& run);
void add_seeds(CLI::App& app, action& run);
void add_corpus(CLI::App& app, action& run);
void add_triage(CLI::App& app, action& run);

}  // namespace umbra::tools
