#include "tools/bugs/workshop.hpp"

#include <fmt/format.h>

#include <set>
#include <vector>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

constexpr const char* sources[] = {"CMakeLists.txt", "cmake", "core",    "models", "fuzz",
                                   "proofs",         "tools", "reports", "ci"};

/// Makes `to` like `from`, and touches only what differs, so that a build beside it stays valid.
void mirror(const fs::path& from, const fs::path& to) {
  std::set<fs::path> wanted;
  const auto take = [&](const fs::path& relative) {
    wanted.insert(relative);
    const fs::path source = from / relative, copy = to / relative;
    fs::create_directories(copy.parent_path());
    if (!fs::exists(copy) || read_file(source) != read_file(copy)) {
      fs::copy_file(source, copy, fs::copy_options::overwrite_existing);
    }
  };
  for (const char* name : sources) {
    if (fs::is_regular_file(from / name)) take(name);
    if (!fs::is_directory(from / name)) continue;
    for (const auto& e : fs::recursive_directory_iterator(from / name)) {
      if (e.is_regular_file()) take(fs::relative(e.path(), from));
    }
  }
  std::vector<fs::path> extra;
  for (const auto& e : fs::recursive_directory_iterator(to)) {
    if (e.is_regular_file() && !wanted.contains(fs::relative(e.path(), to))) extra.push_back(e.path());
  }
  for (const fs::path& e : extra) fs::remove(e);
}

void must(const std::vector<std::string>& words, const fs::path& log) {
  if (run({.words = words, .output = log}) != 0) {
    throw error(fmt::format("The clean build failed; the end of {}:\n{}", log.string(), tail(read_file(log), 25)),
                status::broken);
  }
}

void copy_with_times(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  if (run({.words = {"cp", "-a", from.string(), to.string()}}) != 0) {
    throw error(fmt::format("Cannot copy {} to {}.", from.string(), to.string()), status::broken);
  }
}

}  // namespace

recipe recipe::module() {
  return {{"-DCMAKE_BUILD_TYPE=None", "-DUMBRA_FLAVOUR=kernel"}, "umbra_module", "core/module/kbuild/umbra.ko"};
}

void workshop::prepare() {
  if (prepared_) return;
  fs::create_directories(tree());
  if (fs::exists(clean())) put_back();
  mirror(root(), tree());
  const fs::path log = place_ / "clean.log";
  std::vector<std::string> configure{"cmake",
                                     "-S",
                                     tree().string(),
                                     "-B",
                                     made().string(),
                                     "-G",
                                     "Ninja",
                                     "-DCMAKE_C_COMPILER=clang-19",
                                     "-DCMAKE_CXX_COMPILER=clang++-19"};
  configure.insert(configure.end(), recipe_.settings.begin(), recipe_.settings.end());
  must(configure, log);
  must({"cmake", "--build", made().string(), "--target", recipe_.target, "--parallel", "1"}, log);
  fs::remove_all(clean());
  fs::create_directories(clean());
  copy_with_times(tree(), clean() / "tree");
  copy_with_times(made(), clean() / "made");
  prepared_ = true;
}

void workshop::put_back() {
  copy_with_times(clean() / "tree", tree());
  copy_with_times(clean() / "made", made());
}

void workshop::build_clean(const fs::path& binary) {
  prepare();
  fs::copy_file(made() / recipe_.product, binary, fs::copy_options::overwrite_existing);
}

std::optional<std::string> workshop::build_mutant(const fs::path& patch, const fs::path& binary) {
  prepare();
  const fs::path log = binary.string() + ".log";
  std::optional<std::string> problem;
  if (run({.words = {"patch", "-p1", "--fuzz=0", "--force", "--no-backup-if-mismatch", "-i", patch.string()},
           .directory = tree(),
           .output = log}) != 0) {
    problem = "the patch does not apply";
  } else if (run({.words = {"cmake", "--build", made().string(), "--target", recipe_.target, "--parallel", "1"},
                  .output = log}) != 0) {
    problem = "it does not compile";
  } else {
    fs::copy_file(made() / recipe_.product, binary, fs::copy_options::overwrite_existing);
  }
  put_back();
  return problem;
}

}  // namespace umbra::tools
