// What `llvm-cov export` says about the files of one room: which lines and which arms of branches were reached.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace umbra::tools {

/// One arm of a branch that was never taken.
struct missed_arm {
  unsigned line = 0, column = 0;  ///< where the condition begins
  bool when = false;              ///< the value that the condition never had
};

struct file_coverage {
  std::string file;              ///< from the room's name on
  unsigned lines = 0, arms = 0;  ///< all of them, reached or not
  std::vector<unsigned> missed_lines = {};
  std::vector<missed_arm> missed_arms = {};
};

/// The files whose path contains `room` ("core/mmu/"), by name.
///
/// A branch has two arms. Conditions inside UMBRA_ASSERT(...) are not among them, neither the arm that fails nor the
/// one that holds: llvm-cov files whatever a macro expands to, its arguments too, under the file that defines the
/// macro, which is core/platform/assert.hpp. Nothing is left out by any other rule. Conditions that are constants are
/// no branches. An arm of a template or an inline function is reached if any of its instances reaches it.
std::vector<file_coverage> files_of(const nlohmann::json& exported, std::string_view room);

}  // namespace umbra::tools
