#include "tools/cli/tree.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

fs::path root() {
  const char* given = std::getenv("UMBRA_ROOT");
  return given != nullptr && *given != '\0' ? fs::path(given) : fs::current_path();
}

fs::path build_root() { return root() / "build"; }

fs::path build_directory(const std::string& preset) { return build_root() / preset; }

fs::path shown(const fs::path& p) {
  const fs::path relative = fs::relative(p, fs::current_path());
  return relative.empty() ? p : relative;
}

namespace {

void step(const std::string& preset, const std::vector<std::string>& words, const fs::path& log) {
  if (run({.words = words, .directory = root(), .output = log}) == 0) return;
  throw error(fmt::format("The {} build failed; the end of {}:\n{}", preset, log.string(), tail(read_file(log), 25)),
              status::broken);
}

}  // namespace

void build(const std::string& preset, const std::vector<std::string>& targets) {
  const fs::path directory = build_directory(preset);
  fs::create_directories(directory);
  std::fprintf(stderr, "umbra: building %s (%s)\n", targets.front().c_str(), preset.c_str());
  if (!fs::exists(directory / "build.ninja")) step(preset, {"cmake", "--preset", preset}, directory / "configure.log");
  std::vector<std::string> words{"cmake", "--build", "--preset", preset, "--target"};
  words.insert(words.end(), targets.begin(), targets.end());
  step(preset, words, directory / "build.log");
}

fs::path program(const fs::path& build_directory, const std::string& name) {
  for (const char* room : {"fuzz/targets", "fuzz/properties", "tools", "tools/bench", "tools/deep", "tools/prove",
                           "tools/triage", "ci/layers"}) {
    const fs::path candidate = build_directory / room / name;
    if (fs::exists(candidate)) return candidate;
  }
  throw error(fmt::format("{} is not in {}.", name, build_directory.string()), status::broken);
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || fs::is_directory(path)) throw error(fmt::format("Cannot read {}.", path.string()));
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void write_file(const fs::path& path, const std::string& content) {
  std::error_code ignored;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), ignored);
  std::ofstream out(path, std::ios::binary);
  out << content;
  out.close();
  if (!out) throw error(fmt::format("Cannot write {}.", path.string()));
}

std::string tail(const std::string& text, unsigned lines) {
  std::size_t at = text.size();
  while (at > 0 && lines > 0) {
    const std::size_t end = text.rfind('\n', at - 1);
    if (end == std::string::npos) return text;
    at = end;
    if (at + 1 < text.size()) --lines;
  }
  return text.substr(at == 0 ? 0 : at + 1);
}

}  // namespace umbra::tools
