#include "tools/prove/coverage.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

extern "C" void __llvm_profile_set_filename(const char*);
extern "C" int __llvm_profile_write_file(void);

namespace umbra::tools {

namespace {

void llvm(const command& c, const std::filesystem::path& output) {
  if (run(c) != 0) throw error(c.words.front() + " failed: " + tail(read_file(output), 3), status::broken);
}

}  // namespace

void leave_profile(const std::filesystem::path& directory) {
  // The name must outlive the call: the runtime keeps the pointer.
  static std::string name;
  name = directory / (std::to_string(::getpid()) + ".profraw");
  __llvm_profile_set_filename(name.c_str());
  __llvm_profile_write_file();
}

std::vector<covered_file> coverage_of(const std::filesystem::path& directory, const std::vector<std::string>& files) {
  const std::filesystem::path merged = directory / "merged.profdata", log = directory / "llvm.log",
                              table = directory / "lines";
  command merge{{"llvm-profdata-19", "merge", "-o", merged}, {}, {}, log};
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().extension() == ".profraw") merge.words.push_back(file.path());
  }
  if (merge.words.size() == 4) throw error("No worker left a profile of what it ran.", status::broken);
  llvm(merge, log);
  llvm({{"llvm-cov-19", "export", "--format=lcov", std::filesystem::read_symlink("/proc/self/exe"),
         "--instr-profile=" + merged.string()},
        {},
        {},
        table},
       table);

  // Files are named as the compiler saw them, which a compiler cache may have done in another copy of the tree.
  std::map<std::string, std::map<unsigned, bool>> lines;
  std::string name;
  std::istringstream records(read_file(table));
  for (std::string record; std::getline(records, record);) {
    if (record.starts_with("SF:")) {
      const auto known = std::find_if(files.begin(), files.end(), [&](const std::string& f) {
        return record == "SF:" + f || record.ends_with("/" + f);
      });
      name = known == files.end() ? "" : *known;
    } else if (record.starts_with("DA:") && !name.empty()) {
      const std::size_t comma = record.find(',');
      lines[name][static_cast<unsigned>(std::stoul(record.substr(3, comma)))] |= record.substr(comma + 1) != "0";
    }
  }
  std::vector<covered_file> all;
  for (const std::string& f : files) {
    covered_file c{f, 0, 0, {}};
    for (const auto& [line, hit] : lines[f]) {
      ++c.lines;
      c.hit += hit;
      if (!hit) c.missed.push_back(line);
    }
    if (c.lines == 0) throw error("llvm-cov knows no line of " + f + ".", status::broken);
    all.push_back(std::move(c));
  }
  return all;
}

}  // namespace umbra::tools
