// What each of our programs does around its work: the command line, and errors as one sentence on standard error.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"

namespace umbra::tools {

/// Parses the command line and calls `work()`, which says how it went. Returns the exit status.
template <class Work>
int run_program(CLI::App& app, int argc, char** argv, Work work) {
  const auto complain = [](const std::string& sentence, status s) {
    std::fprintf(stderr, "umbra: %s\n", sentence.c_str());
    return static_cast<int>(s);
  };
  try {
    app.parse(argc, argv);
    catch_interrupts();
    return static_cast<int>(work());
  } catch (const CLI::CallForHelp& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    std::string text = e.what();
    if (!text.empty() && text.back() != '.') text += '.';
    return complain(text + " --help lists what is possible.", status::usage);
  } catch (const error& e) {
    return complain(e.what(), e.status());
  } catch (const std::exception& e) {
    return complain(e.what(), status::broken);
  }
}

}  // namespace umbra::tools
