// Which files are to be triaged, and what is wrong with those that cannot be.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace umbra::tools {

struct candidate {
  std::filesystem::path file;
  std::string target;  ///< the fuzz target whose input it is
};

/// A file, or every input in a directory and below, in order: not logs and reports, and of an input that is there both
/// raw and as text only the text. Throws `error` if there is no such file. `target` empty: a directory of a target's
/// name says whose the files in it are; else they are the first target's.
std::vector<candidate> gather(const std::filesystem::path&, const std::string& target);

/// One sentence on why a file cannot be an input; nothing if it can.
std::optional<std::string> unfit(const candidate&);
/// Whether a raw program ends in the middle of an op; what is missing reads as zero.
bool is_cut(const candidate&);

}  // namespace umbra::tools
