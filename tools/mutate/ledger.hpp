// Fates on disk, so that a run can be stopped and taken up again. They are of one state of the tree and one way to
// judge.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tools/mutate/fate.hpp"

namespace umbra::tools {

/// Stands for all that a judgement rests on: sources, committed inputs, and `how` it is judged.
std::string state_of_tree(const std::string& how);

class ledger {
 public:
  ledger(const std::filesystem::path& place, const std::string& state) : place_(place / state) {}

  std::optional<fate> find(const mutation&) const;
  void keep(const fate&) const;

 private:
  std::filesystem::path file(const mutation& m) const { return place_ / (m.id + ".json"); }
  std::filesystem::path place_;
};

}  // namespace umbra::tools
