#include "ci/layers/layers.hpp"

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "ci/layers/rooms.hpp"

namespace umbra::ci {

namespace fs = std::filesystem;

namespace {

bool is_source(const fs::path& p) { return p.extension() == ".hpp" || p.extension() == ".cpp"; }

bool is_test(const std::string& path) { return path.find("/test/") != std::string::npos; }

std::string text_of(const fs::path& p) {
  std::ifstream in(p);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Whether the directory's CMakeLists.txt, or one further up, names the file.
bool is_built(const fs::path& root, const fs::path& path) {
  for (fs::path up = path.parent_path(); !up.empty(); up = up.parent_path()) {
    const fs::path list = root / up / "CMakeLists.txt";
    if (fs::exists(list) && text_of(list).find(path.filename().string()) != std::string::npos) return true;
  }
  return false;
}

class checker {
 public:
  explicit checker(fs::path root) : root_(std::move(root)) {}

  std::vector<std::string> run() {
    for (const room& r : rooms()) {
      const fs::path directory = root_ / r.path;
      if (!fs::is_directory(directory)) continue;
      for (const auto& e : fs::recursive_directory_iterator(directory)) {
        if (e.is_regular_file() && is_source(e.path())) files_.insert(fs::relative(e.path(), root_).string());
      }
    }
    for (const std::string& path : files_) check(path);
    return std::move(faults_);
  }

 private:
  void check(const std::string& path) {
    // The words of other builds stand in for core/word, and planted faults are faulty on purpose.
    if (path.find("/planted/") != std::string::npos) return;
    if (path.ends_with(".cpp") && !is_built(root_, path)) {
      faults_.push_back(path + ":1: no CMakeLists.txt names this file, so nothing builds it");
    }
    static const std::regex include(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
    std::ifstream in(root_ / path);
    std::string line;
    for (unsigned number = 1; std::getline(in, line); ++number) {
      std::smatch found;
      if (!std::regex_search(line, found, include)) continue;
      const std::string fault = found[1] == "<" ? angled(path, found[2]) : quoted(path, found[2]);
      if (!fault.empty()) faults_.push_back(path + ":" + std::to_string(number) + ": " + fault);
    }
  }

  std::string angled(const std::string& path, const std::string& name) const {
    const room& from = rooms()[room_of(path)];
    if (name.starts_with("word/")) return between(path, "core/" + name);
    if (!from.freestanding || is_test(path)) return {};
    const auto allowed = freestanding_headers();
    if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) return {};
    return "<" + name + "> is not among the headers that a freestanding room may use";
  }

  std::string quoted(const std::string& path, const std::string& name) const {
    if (name.starts_with("core/word/")) return "\"" + name + "\" fixes the build's word: write <word/...>";
    if (!fs::exists(root_ / name)) return "\"" + name + "\" is not a path from the top of the repository";
    return between(path, name);
  }

  static std::string between(const std::string& path, const std::string& used) {
    const int from = room_of(path), to = room_of(used);
    if (to < 0) return "\"" + used + "\" is in no room";
    if (from == to) return {};
    const room& user = rooms()[from];
    // What runs the core for a test is the machine, whatever room the test is in.
    if (is_test(path) && rooms()[to].path == "models/machine") return {};
    bool allowed = to < from;
    if (!user.only.empty()) {
      allowed = std::any_of(user.only.begin(), user.only.end(),
                            [&](std::string_view o) { return used.starts_with(std::string(o) + "/"); });
    }
    if (allowed) return {};
    return std::string(user.path) + " may not use " + std::string(rooms()[to].path) + " (\"" + used + "\")";
  }

  fs::path root_;
  std::set<std::string> files_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> faults_of(const fs::path& root) { return checker(root).run(); }

}  // namespace umbra::ci
