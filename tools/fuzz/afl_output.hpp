// What afl-fuzz keeps in the directory of one of its nodes.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "tools/fuzz/job.hpp"

namespace umbra::tools {

class afl_output {
 public:
  explicit afl_output(std::filesystem::path node) : node_(std::move(node)) {}

  /// Coverage is from the last line of its plot data, which comes late; the corpus is the queue, as copy_finds() saw it.
  engine_status status() const;
  /// The first input that crashed the target, or took too long; if there is one, `hang` says which of the two.
  std::optional<std::filesystem::path> kept(bool& hang) const;
  /// The queue's entry of that name.
  std::filesystem::path entry(const std::string& name) const { return node_ / "queue" / name; }
  /// Copies each input that this node found by itself, and that was not copied before, to a corpus.
  void copy_finds(const std::filesystem::path& corpus);

 private:
  std::filesystem::path node_;
  std::set<std::string> seen_;  ///< names of queue entries
};

}  // namespace umbra::tools
