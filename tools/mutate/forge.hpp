// Compiles and links one change of the tree, a mutation or a patch, beside a build, which stays as it is: the compiler
// is shown the changed file in place of the file (-ivfsoverlay), so a mutation costs only the translations that read
// it, when they are asked for.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "tools/mutate/mutation.hpp"
#include "tools/mutate/plan.hpp"

namespace umbra::tools {

/// Object code of the tree as it is, to compare with; shared by all that compile.
class clean_code {
 public:
  explicit clean_code(const build_plan& plan, std::filesystem::path work) : plan_(plan), work_(std::move(work)) {}

  /// A digest of what a translation compiles to.
  std::uint64_t of(const translation&, bool guided);

 private:
  const build_plan& plan_;
  std::filesystem::path work_;
  std::atomic<unsigned> compilations_ = 0;
  std::mutex mutex_;
  std::map<std::pair<std::string, bool>, std::uint64_t> known_;
};

class forge {
 public:
  /// Its files go to `work`, which is emptied first, and again at the end.
  forge(const build_plan&, clean_code&, const mutation&, std::filesystem::path work);
  /// The same for any change: what files (relative to the top of the tree) are to hold.
  forge(const build_plan&, clean_code&, const std::map<std::string, std::string>& changed, std::filesystem::path work);
  ~forge();
  forge(const forge&) = delete;
  forge& operator=(const forge&) = delete;

  /// Why it is no program at all, once something has failed to compile; or "".
  const std::string& problem() const { return problem_; }
  /// Whether the optimiser makes the same of it everywhere, so that no run can tell it from the tree as it is.
  bool makes_no_difference();
  /// How many translations program() has to compile yet.
  unsigned translations_for(const linkage&) const;
  /// The program with the mutation in it, or null: its code is the same, or there is a problem().
  std::optional<std::filesystem::path> program(const linkage&);

 private:
  void overlay(const std::map<std::string, std::string>& changed);
  bool compile(const translation&, bool guided, const std::filesystem::path& object);
  /// Compiles it if need be; whether it differs from the tree's.
  bool differs(const translation&);

  const build_plan& plan_;
  clean_code& clean_;
  std::filesystem::path work_;
  std::vector<const translation*> readers_;
  std::map<const translation*, bool> compiled_;
  std::string problem_;
};

}  // namespace umbra::tools
