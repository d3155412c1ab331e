#include "tools/triage/gather.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fuzz/ops/codec.hpp"
#include "fuzz/ops/text.hpp"
#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"
#include "tools/fuzz/target.hpp"
#include "tools/ops/input.hpp"
#include "tools/ops/load.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// What lies beside inputs.
constexpr std::array other_files{".log", ".live", ".json", ".md", ".cpp", ".sarif", ".txt", ".html", ".xml"};

std::string target_by_place(const fs::path& file) {
  const auto& all = fuzz_targets();
  for (auto part = file.end(); part != file.begin();) {
    --part;
    const auto named = std::find_if(all.begin(), all.end(), [&](const auto& t) { return t.name == *part; });
    if (named != all.end()) return named->name;
  }
  return all.front().name;
}

bool is_input(const fs::path& p) {
  if (p.filename().string().starts_with(".")) return false;
  if (std::find(other_files.begin(), other_files.end(), p.extension()) != other_files.end()) return false;
  for (const char* text : {".ops", ".insn"}) {
    if (p.extension() != text && fs::exists(p.string() + text)) return false;
  }
  return true;
}

bool is_program(const candidate& c) { return !(input{.file = c.file, .target = c.target}.is_trial()); }

}  // namespace

std::vector<candidate> gather(const fs::path& from, const std::string& target) {
  if (!fs::exists(from)) throw error(fmt::format("There is no file {}.", from.string()));
  std::vector<fs::path> files;
  if (fs::is_directory(from)) {
    for (const auto& e : fs::recursive_directory_iterator(from)) {
      if (e.is_regular_file() && is_input(e.path())) files.push_back(e.path());
    }
    std::sort(files.begin(), files.end());
  } else {
    files.push_back(from);
  }
  std::vector<candidate> all;
  for (const fs::path& f : files) {
    all.push_back({fs::absolute(f), target.empty() ? target_by_place(fs::absolute(f)) : target});
  }
  return all;
}

std::optional<std::string> unfit(const candidate& c) {
  const std::string name = c.file.string();
  if (!fs::is_regular_file(c.file)) return fmt::format("{} is not a file.", name);
  const auto size = fs::file_size(c.file);
  if (size == 0) return fmt::format("{} is empty: there is nothing to run.", name);
  if (size > fuzz::text_limit) {
    return fmt::format("{} has {} bytes; no input is longer than {}.", name, size, fuzz::text_limit);
  }
  try {
    if (is_program(c)) {
      load(c.file);
    } else {
      load_trial(c.file);
    }
  } catch (const error& e) {
    return e.what();
  }
  return std::nullopt;
}

bool is_cut(const candidate& c) {
  std::string bytes = read_file(c.file);
  if (!is_program(c) || fuzz::is_text(bytes)) return false;
  // One byte more begins an op, unless one is still open.
  const auto decoded = [&] {
    return fuzz::decode({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  };
  const fuzz::program as_is = decoded();
  bytes.push_back('\0');
  return as_is == decoded() && as_is.ops.size() < fuzz::op_limit;
}

}  // namespace umbra::tools
