// umbra-cli: everything that ./umbra does once it has been built.
#include "tools/cli/program.hpp"
#include "tools/cli/verbs.hpp"

int main(int argc, char** argv) {
  CLI::App app("A shadow-MMU core for Intel VMX, and the harness that keeps it right.", "./umbra");
  app.require_subcommand(1);
  umbra::tools::action run;
  umbra::tools::add_fuzz(app, run);
  umbra::tools::add_props(app, run);
  umbra::tools::add_run(app, run);
  umbra::tools::add_ops(app, run);
  umbra::tools::add_bugs(app, run);
  umbra::tools::add_bench(app, run);
  umbra::tools::add_boot(app, run);
  umbra::tools::add_deep(app, run);
  umbra::tools::add_mutate(app, run);
  umbra::tools::add_seeds(app, run);
  umbra::tools::add_corpus(app, run);
  umbra::tools::add_triage(app, run);
  return umbra::tools::run_program(app, argc, argv, [&] { return run(); });
}
