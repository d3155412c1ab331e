// Since when a finding is there: git bisect, in a worktree of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace umbra::tools {

enum class judgement : unsigned char {
  good,
  bad,
  unknown,  ///< the commit cannot be built, cannot express the input, or breaks something else
};

struct bisection {
  std::string first_bad;              ///< "1a2b3c4d Subject"; empty if commits of unknown worth lie between
  std::vector<std::string> suspects;  ///< in that case: one of these
  unsigned judged = 0;
};

class bisector {
 public:
  /// Of the repository at `repository`; the worktree is made at `tree` and removed again.
  bisector(std::filesystem::path repository, std::filesystem::path tree);
  bisector(const bisector&) = delete;
  bisector& operator=(const bisector&) = delete;
  ~bisector();

  /// Of a range "GOOD..BAD". `judge` is called with each commit checked out in the worktree; the ends are judged first.
  /// Throws `error` if there is no such range, or if its ends are not good and bad.
  bisection run(const std::string& range, const std::function<judgement(const std::string& commit)>& judge);

  const std::filesystem::path& tree() const { return tree_; }

 private:
  /// What git says, and whether it says it with status 0.
  std::pair<bool, std::string> git(const std::filesystem::path& where, std::vector<std::string> words) const;
  std::string commit(const std::string& name) const;
  std::string title(const std::string& commit) const;

  std::filesystem::path repository_, tree_;
};

}  // namespace umbra::tools
