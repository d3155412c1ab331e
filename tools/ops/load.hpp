// Reads a program of ops, or a trial of an instruction, from a file, whichever of the two forms it has.
#pragma once

#include <filesystem>
#include <string>

#include "fuzz/ops/codec.hpp"
#include "fuzz/ops/text.hpp"
#include "fuzz/trial/raw.hpp"
#include "fuzz/trial/text.hpp"

namespace umbra::tools {

struct loaded {
  fuzz::program program;
  bool was_text = false;
};

/// Throws `error`, with file and line, if a file that says it is text is not an op file, or cannot be read.
loaded load(const std::filesystem::path&);
std::string raw_of(const fuzz::program&);

struct loaded_trial {
  fuzz::trial trial;
  bool was_text = false;
};

loaded_trial load_trial(const std::filesystem::path&);
std::string raw_of(const fuzz::trial&);

/// Whether a file says that it is a trial's text, or a program's. Throw `error` if there is no such file.
bool holds_trial_text(const std::filesystem::path&);
bool holds_program_text(const std::filesystem::path&);

}  // namespace umbra::tools
