#include "tools/mutate/tests.hpp"

#include <fmt/format.h>

#include <set>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"
#include "tools/mutate/plan.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// A mutant may slow a program down, and that is no fault.
constexpr double times = 10;
/// What it says of a program that it noticed a mutation of another folder.
constexpr double elsewhere = 0.1;

std::string folder(const std::string& file) { return file.substr(0, file.rfind('/')); }

command command_for(const test_program& t, const fs::path& built, const fs::path& work) {
  command c{.words = {built.string()}, .directory = work, .output = work / "test.log"};
  c.words.insert(c.words.end(), t.arguments.begin(), t.arguments.end());
  return c;
}

}  // namespace

std::string failure_in(const std::string& log) {
  for (const std::string mark : {"[  FAILED  ] ", "ssertion"}) {
    const std::size_t at = log.find(mark);
    if (at == std::string::npos) continue;
    const std::size_t begin = mark[0] == '[' ? at + mark.size() : at == 0 ? 0 : at - 1;
    return log.substr(begin, log.find_first_of("\n,(", begin) - begin);
  }
  return squeezed(tail(log, 1)).substr(0, 120);
}

std::vector<test_program> test_programs(const fs::path& build_directory) {
  std::set<std::string> targets;
  const std::string mark = "/CMakeFiles/";
  for (const translation& t : translations_in(build_directory)) {
    const std::size_t room = t.object.find(mark), end = t.object.find(".dir/");
    if (room == std::string::npos || end == std::string::npos) continue;
    const bool ours = t.object.starts_with("core/") || t.object.starts_with("models/") || t.object.starts_with("fuzz/");
    if (ours) targets.insert(t.object.substr(room + mark.size(), end - room - mark.size()));
  }
  std::vector<test_program> all;
  for (const std::string& t : targets) {
    if (t.ends_with("_test")) all.push_back({t, {"--gtest_fail_fast", "--gtest_brief=1"}});
    // A tenth of what ctest runs of it.
    if (t == "emucheck") all.push_back({t, {"--each", "20", "--bytes", "50000"}});
  }
  return all;
}

test_bench::test_bench(std::vector<test_program> programs, const std::vector<fs::path>& built, const fs::path& work,
                       double patience)
    : programs_(std::move(programs)), patience_(patience) {
  fs::create_directories(work);
  for (std::size_t n = 0; n < programs_.size(); ++n) {
    const limited_run r = run_for(command_for(programs_[n], built[n], work), 600);
    if (r.how != 0) {
      throw error(fmt::format("{} fails on the tree as it is; mutants would show nothing. {}", programs_[n].name,
                              failure_in(read_file(work / "test.log"))),
                  status::broken);
    }
    usual_[programs_[n].name] = r.cpu_seconds;
  }
}

std::set<const test_program*> test_bench::all() const {
  std::set<const test_program*> all;
  for (const test_program& t : programs_) all.insert(&t);
  return all;
}

const test_program* test_bench::next(const std::string& file, const std::set<const test_program*>& left,
                                     const std::function<double(const test_program&)>& building) {
  const std::lock_guard lock(mutex_);
  const auto worth = [&](const test_program& t) {
    double hits = 0.5;
    for (const auto& [where, n] : noticed_) {
      if (where.second == t.name) hits += n * (where.first == folder(file) ? 1 : elsewhere);
    }
    return hits / (0.2 + usual_.at(t.name) + building(t));
  };
  const test_program* best = nullptr;
  double most = 0;
  for (const test_program& t : programs_) {
    if (!left.contains(&t)) continue;
    const double w = worth(t);
    if (w <= most) continue;
    best = &t;
    most = w;
  }
  return best;
}

opinion test_bench::ask(const test_program& t, const std::string& file, const fs::path& built, const fs::path& work) {
  const limited_run r = run_for(command_for(t, built, work), patience_ + times * usual_[t.name]);
  opinion o{.engine = "tests", .judge = t.name, .what = {}, .seconds = r.cpu_seconds};
  if (!r.how) {
    o.said = opinion::answer::late;
  } else if (*r.how != 0) {
    o.said = opinion::answer::noticed;
    o.what = failure_in(read_file(work / "test.log"));
    const std::lock_guard lock(mutex_);
    ++noticed_[{folder(file), t.name}];
  }
  return o;
}

}  // namespace umbra::tools
