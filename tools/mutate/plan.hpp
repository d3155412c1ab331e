// How a build directory makes its programs: read from what CMake and Ninja left there, so that a changed file can be
// compiled and linked beside the build, which stays as it is.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace umbra::tools {

/// A source file that the build compiles, once for each target that has it.
struct translation {
  std::string source;   ///< relative to the top of the tree
  std::string object;   ///< relative to the build directory
  std::string command;  ///< for a shell there
  std::string library;  ///< the archive that has the object, relative to the build directory; or ""
};

/// A program that the build links.
struct linkage {
  std::string name, path;  ///< the path is relative to the build directory
  std::string command;
};

/// All that a build directory compiles.
std::vector<translation> translations_in(const std::filesystem::path& build_directory);

class build_plan {
 public:
  /// Reads it; `programs` by their names. Throws `error` for a program that the build does not know.
  build_plan(std::filesystem::path build_directory, const std::vector<std::string>& programs);

  const std::filesystem::path& directory() const { return directory_; }
  const std::vector<translation>& translations() const { return translations_; }
  /// Throws `error` for one that was not asked for.
  const linkage& program(const std::string& name) const;

  /// Translations that read a file (relative to the top of the tree) and end up in a program that is judged.
  std::vector<const translation*> readers(const std::string& file) const;
  /// Those of them for which it matters what `name`, a function or constant in that file, is: they read some other file
  /// that names it. All of them if `name` is no identifier, or the file itself makes use of it.
  std::vector<const translation*> readers(const std::string& file, const std::string& name) const;
  static bool links(const linkage&, const translation&);
  /// Whether it links the object itself, and not an archive that has it.
  static bool links_directly(const linkage&, const translation&);

  /// What compiles to `object` with these options at the end; and the same without what guides fuzzers.
  static std::string compile_command(const translation&, const std::string& options, const std::string& object);
  static std::string unguided(std::string command);
  /// What links `program` from the same parts, but for some: by object or archive, what stands there instead.
  static std::string link_command(const linkage&, const std::map<std::string, std::string>& instead,
                                  const std::string& program);

 private:
  std::filesystem::path directory_;
  std::vector<translation> translations_;
  std::vector<linkage> programs_;
  std::map<std::string, std::set<std::string>> readers_;  ///< objects, by file
  std::map<std::string, std::string> texts_;              ///< of those files
};

}  // namespace umbra::tools
