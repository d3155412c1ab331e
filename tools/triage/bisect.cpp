#include "tools/triage/bisect.hpp"

#include <fmt/format.h>

#include <sstream>

#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

/// More than any history needs: each step halves what is left, unless much of it is unknown.
constexpr unsigned steps_limit = 1000;

std::string without_end(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

bisector::bisector(fs::path repository, fs::path tree) : repository_(std::move(repository)), tree_(std::move(tree)) {
  fs::create_directories(tree_.parent_path());
  if (!git(repository_, {"rev-parse", "--git-dir"}).first) {
    throw error(fmt::format("{} is no git repository, so there is nothing to bisect.", repository_.string()));
  }
  git(repository_, {"worktree", "remove", "--force", tree_.string()});  // what a session left that was killed
  const auto [made, said] = git(repository_, {"worktree", "add", "--detach", tree_.string(), "HEAD"});
  if (!made) throw error(fmt::format("git cannot make a worktree: {}.", without_end(said)), status::broken);
}

bisector::~bisector() { git(repository_, {"worktree", "remove", "--force", tree_.string()}); }

std::pair<bool, std::string> bisector::git(const fs::path& where, std::vector<std::string> words) const {
  words.insert(words.begin(), "git");
  const fs::path answer = tree_.string() + ".git-said";
  const bool well = tools::run({.words = std::move(words), .directory = where, .output = answer}) == 0;
  std::string said = read_file(answer);
  fs::remove(answer);
  return {well, std::move(said)};
}

std::string bisector::commit(const std::string& name) const {
  const auto [there, said] = git(repository_, {"rev-parse", "--verify", "--quiet", name + "^{commit}"});
  if (!there || name.empty()) throw error(fmt::format("There is no commit '{}'.", name));
  return without_end(said);
}

std::string bisector::title(const std::string& commit) const {
  return without_end(git(repository_, {"log", "-1", "--format=%h %s", commit}).second);
}

bisection bisector::run(const std::string& range, const std::function<judgement(const std::string&)>& judge) {
  const std::size_t dots = range.find("..");
  if (dots == std::string::npos) throw error(fmt::format("'{}' is no range: GOOD..BAD is wanted.", range));
  const std::string good = commit(range.substr(0, dots)), bad = commit(range.substr(dots + 2));
  bisection b;
  const auto judge_end = [&](const std::string& which, judgement wanted, const char* what) {
    if (const auto [there, said] = git(tree_, {"checkout", "--quiet", "--detach", which}); !there) {
      throw error(fmt::format("git cannot check out {}: {}.", which, without_end(said)), status::broken);
    }
    ++b.judged;
    const judgement j = judge(which);
    if (j == wanted) return;
    throw error(fmt::format("{} is not {}: {}.", title(which), what,
                            j == judgement::unknown ? "it cannot be judged"
                            : j == judgement::bad   ? "the finding is there already"
                                                    : "the finding is not there"));
  };
  judge_end(bad, judgement::bad, "bad");
  judge_end(good, judgement::good, "good");

  auto [well, said] = git(tree_, {"bisect", "start", bad, good});
  for (unsigned step = 0; well && step < steps_limit; ++step) {
    if (const std::size_t at = said.find(" is the first bad commit"); at != std::string::npos) {
      const std::size_t begin = said.rfind('\n', at);
      b.first_bad = title(said.substr(begin == std::string::npos ? 0 : begin + 1, at - (begin + 1)));
      break;
    }
    const std::string here = without_end(git(tree_, {"rev-parse", "HEAD"}).second);
    ++b.judged;
    const judgement j = judge(here);
    const char* word = j == judgement::good ? "good" : j == judgement::bad ? "bad" : "skip";
    std::tie(well, said) = git(tree_, {"bisect", word});
  }
  if (b.first_bad.empty()) {
    // "There are only 'skip'ped commits left to test. The first bad commit could be any of:", then one a line.
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line);) {
      if (line.size() == good.size() && line.find_first_not_of("0123456789abcdef") == std::string::npos) {
        b.suspects.push_back(title(line));
      }
    }
    if (b.suspects.empty()) throw error(fmt::format("git bisect failed: {}.", without_end(said)), status::broken);
  }
  git(tree_, {"bisect", "reset"});
  return b;
}

}  // namespace umbra::tools
