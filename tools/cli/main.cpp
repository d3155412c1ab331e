// umbra-cli: everything that ./umbra does once it has been built.
#include <cstdio>
#include <exception>

#include "tools/cli/process.hpp"
#include "tools/cli/verbs.hpp"

namespace {

using umbra::tools::status;

/// An error is one sentence on standard error.
int complain(const char* what, status s) {
  std::fprintf(stderr, "umbra: %s\n", what);
  return static_cast<int>(s);
}

std::string sentence(const CLI::ParseError& e) {
  std::string text = e.what();
  if (!text.empty() && text.back() != '.') text += '.';
  return text + " --help lists what is possible.";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A shadow-MMU core for Intel VMX, and the harness that keeps it right.", "./umbra");
  app.require_subcommand(1);
  umbra::tools::action run;
  umbra::tools::add_fuzz(app, run);
  umbra::tools::add_run(app, run);
  umbra::tools::add_ops(app, run);
  umbra::tools::add_bugs(app, run);
  umbra::tools::add_bench(app, run);
  umbra::tools::add_boot(app, run);
  umbra::tools::add_deep(app, run);
  umbra::tools::add_seeds(app, run);
  try {
    app.parse(argc, argv);
    umbra::tools::catch_interrupts();
    return static_cast<int>(run());
  } catch (const CLI::CallForHelp& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    return complain(sentence(e).c_str(), status::usage);
  } catch (const umbra::tools::error& e) {
    return complain(e.what(), e.status());
  } catch (const std::exception& e) {
    return complain(e.what(), status::broken);
  }
}
