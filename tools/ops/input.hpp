// How a verb is told which fuzz input it is about.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

namespace umbra::tools {

struct input {
  std::filesystem::path file;
  std::string target = "mmu";  ///< whose it is, if it is raw

  void ask(CLI::App& verb);
  /// Whether it is a trial of an instruction, else a program of ops. Throws `error` if there is no such file.
  bool is_trial() const;
  /// The target whose it is: of a text, one that takes such, whatever `target` says. Throws as is_trial() does.
  std::string owner() const;
};

}  // namespace umbra::tools
