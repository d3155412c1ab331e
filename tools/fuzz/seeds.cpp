#include "tools/fuzz/seeds.hpp"

#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

unsigned encode_seeds(const fuzz_target& target, const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  unsigned count = 0;
  if (!fs::is_directory(from)) return count;
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    if (!entry.is_regular_file() || entry.path().extension() != target.extension) continue;
    const std::string raw = target.raw_of_file(entry.path());
    const fs::path out = to / (from.filename().string() + "-" + entry.path().stem().string());
    if (!fs::exists(out) || read_file(out) != raw) write_file(out, raw);
    ++count;
  }
  return count;
}

}  // namespace umbra::tools
