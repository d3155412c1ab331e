#include "tools/bench/callgrind.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

std::string callgrind(const std::vector<std::string>& program, const std::string& name) {
  const fs::path work = build_root() / "bench" / "instructions";
  fs::create_directories(work);
  const fs::path log = work / (name + ".log");
  std::vector<std::string> words{"valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                                 "--toggle-collect=*measured_region*"};
  words.insert(words.end(), program.begin(), program.end());
  if (run({.words = words, .output = log}) != 0) {
    throw error(fmt::format("Counting {} failed; {} says why.", name, log.string()), status::broken);
  }
  return read_file(log);
}

unsigned long long number_after(const std::string& log, const std::string& mark) {
  const std::size_t at = log.find(mark);
  if (at == std::string::npos) throw error(fmt::format("callgrind's output has no '{}'.", mark), status::broken);
  return std::strtoull(log.c_str() + at + mark.size(), nullptr, 10);
}

unsigned long long instructions_in(const std::string& log) {
  const unsigned long long collected = number_after(log, "Collected : ");
  if (collected == 0)
    throw error("callgrind collected nothing: does it see the symbol measured_region?", status::broken);
  return collected;
}

}  // namespace umbra::tools
