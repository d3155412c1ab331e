// Where mutants are built: a copy of the tree beside its build, put back to the clean state after each mutant, so that
// a mutant costs only the compilation of what its patch touches.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace umbra::tools {

/// What a workshop builds.
struct recipe {
  std::vector<std::string> settings;  ///< cmake's
  std::string target;
  std::filesystem::path product;  ///< in the build directory

  /// umbra.ko.
  static recipe module();
};

class workshop {
 public:
  /// Keeps its files under `place` from one session to the next.
  workshop(std::filesystem::path place, recipe what) : place_(std::move(place)), recipe_(std::move(what)) {}

  /// Builds the tree as it is, and copies the product to `binary`. Throws `error` if that fails.
  void build_clean(const std::filesystem::path& binary);
  /// Builds it with a patch applied; what went wrong, if something did.
  std::optional<std::string> build_mutant(const std::filesystem::path& patch, const std::filesystem::path& binary);

 private:
  void prepare();
  void put_back();
  std::filesystem::path tree() const { return place_ / "tree"; }
  std::filesystem::path made() const { return place_ / "made"; }
  std::filesystem::path clean() const { return place_ / "clean"; }

  std::filesystem::path place_;
  recipe recipe_;
  bool prepared_ = false;
};

}  // namespace umbra::tools
