#include "tools/corpus/measure.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

std::size_t reach::feature_count() const {
  std::set<std::uint32_t> all;
  for (const auto& [name, list] : features) all.insert(list.begin(), list.end());
  return all.size();
}

// How many files, how many of them are old; their names; then for each file that was tried "STARTED number size", and
// if it ended, "FT number feature..." and "COV number edge...".
reach read_merge_record(std::istream& in) {
  std::size_t files = 0, old = 0;
  if (!(in >> files >> old)) throw error("libFuzzer left no record of its merge.", status::broken);
  in.ignore();
  std::vector<std::string> names(files);
  for (std::string& name : names) {
    std::getline(in, name);
    name = fs::path(name).filename().string();
  }
  std::set<std::size_t> started;
  reach r;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string what;
    std::size_t number = 0;
    if (!(words >> what >> number)) continue;
    if (number >= files) throw error("libFuzzer's record of its merge is not in order.", status::broken);
    if (what == "STARTED") started.insert(number);
    if (what == "FT") {
      auto& list = r.features[names[number]];
      list.clear();
      for (std::uint32_t feature = 0; words >> feature;) list.push_back(feature);
    }
    if (what == "COV") {
      for (std::uint32_t edge = 0; words >> edge;) r.edges.insert(edge);
    }
  }
  for (const std::size_t number : started) {
    if (!r.features.contains(names[number])) r.broken.push_back(names[number]);
  }
  return r;
}

reach measure(const fs::path& binary, const fuzz_target& target, const std::map<std::string, collected>& inputs,
              const fs::path& work) {
  fs::remove_all(work);
  fs::create_directories(work / "out");
  fs::create_directories(work / "in");
  if (inputs.empty()) return {};
  for (const auto& [name, input] : inputs) write_file(work / "in" / name, input.raw);
  const fs::path record = work / "record";
  command c{.words = {binary.string(), "-set_cover_merge=1", "-timeout=10", "-rss_limit_mb=4096", "-max_len=1048576",
                      "-artifact_prefix=" + (work / "broken-").string(), "-merge_control_file=" + record.string()},
            .directory = work,
            .environment = {{"ASAN_OPTIONS", "external_symbolizer_path=llvm-symbolizer-19"}},
            .output = work / "log"};
  c.words.insert(c.words.end(), target.flags.begin(), target.flags.end());
  c.words.push_back((work / "out").string());
  c.words.push_back((work / "in").string());
  if (run(c) != 0) {
    throw error(fmt::format("{} could not run the inputs; the end of its log:\n{}", binary.string(),
                            tail(read_file(work / "log"), 5)),
                status::broken);
  }
  std::ifstream in(record);
  return read_merge_record(in);
}

}  // namespace umbra::tools
