// A planted bug: a patch to the tree and what is known about it (corpus/bugs/ID-slug/).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace umbra::tools {

struct mutant {
  std::string id;  ///< B01, C04, M02, ...
  std::string title, reference, room;
  std::string target = "mmu";         ///< the fuzz target that is to find it
  std::vector<std::string> expected;  ///< invariants that may be the one to notice
  std::vector<std::string> theorems;  ///< that must be refuted, by id
  std::filesystem::path patch;
};

/// The mutants of a directory, by id; of `ids` only, if there are any. Throws `error` for an id that does not exist and
/// for metadata that is not in order.
std::vector<mutant> mutants_in(const std::filesystem::path& directory, const std::vector<std::string>& ids);

/// A mutant of nothing: the tree as it is, in which a target may find nothing.
mutant clean_tree(const std::string& target = "mmu");
bool is_clean_tree(const mutant&);

}  // namespace umbra::tools
