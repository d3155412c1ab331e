// The test programs as judges of mutations.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "tools/mutate/fate.hpp"

namespace umbra::tools {

struct test_program {
  std::string name;
  std::vector<std::string> arguments;
};

/// Those that a build directory has for core, models and fuzz.
std::vector<test_program> test_programs(const std::filesystem::path& build_directory);

/// The first test that a program's output calls failed, or what the program said last.
std::string failure_in(const std::string& output);

class test_bench {
 public:
  /// Times each on the tree as it is; throws `error` if one fails there. With a mutation in it, a program may compute
  /// ten times as long, and `patience` seconds.
  test_bench(std::vector<test_program>, const std::vector<std::filesystem::path>& built,
             const std::filesystem::path& work, double patience);

  /// Whom of those `left` to ask next about a file, or null: who has noticed much, of its folder above all, for what it
  /// takes to run it and for the seconds that `building` says it takes to have it.
  const test_program* next(const std::string& file, const std::set<const test_program*>& left,
                           const std::function<double(const test_program&)>& building);
  std::set<const test_program*> all() const;
  /// Runs one, as it was built with a mutation of the file.
  opinion ask(const test_program&, const std::string& file, const std::filesystem::path& built,
              const std::filesystem::path& work);

 private:
  std::vector<test_program> programs_;
  double patience_;
  std::map<std::string, double> usual_;  ///< seconds, by name
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, unsigned> noticed_;  ///< by folder and name
};

}  // namespace umbra::tools
