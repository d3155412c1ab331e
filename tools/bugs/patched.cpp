#include "tools/bugs/patched.hpp"

#include <sstream>
#include <vector>

#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

std::optional<std::map<std::string, std::string>> patched(const fs::path& patch, const fs::path& work) {
  fs::remove_all(work);
  std::vector<std::string> files;
  std::istringstream lines(read_file(patch));
  for (std::string line; std::getline(lines, line);) {
    const std::string mark = "+++ b/";
    if (!line.starts_with(mark)) continue;
    const std::string file = line.substr(mark.size(), line.find('\t') - mark.size());
    if (!fs::exists(root() / file)) return std::nullopt;
    write_file(work / file, read_file(root() / file));
    files.push_back(file);
  }
  std::optional<std::map<std::string, std::string>> result;
  if (!files.empty() && run({.words = {"patch", "-p1", "--fuzz=0", "--force", "--no-backup-if-mismatch", "-i",
                                       fs::absolute(patch).string()},
                             .directory = work,
                             .output = work / "patch.log"}) == 0) {
    result.emplace();
    for (const std::string& file : files) (*result)[file] = read_file(work / file);
  }
  fs::remove_all(work);
  return result;
}

}  // namespace umbra::tools
