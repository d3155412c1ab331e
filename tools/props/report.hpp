// What property runs leave behind: counterexamples as op files, a summary for people, JSON for programs.
#pragma once

#include <functional>

#include "tools/props/rounds.hpp"

namespace umbra::tools {

/// A counterexample's files.
struct kept_counterexample {
  std::vector<std::filesystem::path> ops;  ///< a program each
  std::filesystem::path report;            ///< what was said
};

/// Writes a counterexample to build/findings/props, under the name of its property and its seed.
kept_counterexample keep(const counterexample&);

/// The command that shows a counterexample again.
std::string command_again(const property_run&);

std::string summary(const rounds_request&, const rounds_result&,
                    const std::function<std::filesystem::path(const std::filesystem::path&)>& shown);
std::string to_json(const rounds_request&, const rounds_result&);

}  // namespace umbra::tools
