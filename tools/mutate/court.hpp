// Everything that a mutation goes through, from the cheapest judge to the dearest, until one notices it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/mutate/arguments.hpp"
#include "tools/mutate/forge.hpp"
#include "tools/mutate/tests.hpp"

namespace umbra::tools {

struct court_request {
  const build_plan& plan;
  std::filesystem::path work;
  const std::vector<mutation>& all;  ///< of the part
  const std::vector<argument>& arguments;
  const build_plan* theorems = nullptr;  ///< how umbra-prove is built; null: theorems are not tried
  unsigned seconds = 60;                 ///< of fuzzing, for each target; 0: none
  std::uint32_t seed = 1;
  double patience = 10;  ///< seconds that a test may compute beyond ten times what it usually does
  bool every = false;    ///< asks all judges, even once one has noticed
};

/// The fuzz targets that are there to cover a file; all main ones if none is.
std::vector<std::string> targets_for(const std::string& file);

class court {
 public:
  /// Runs tests, and fuzzes, on the tree as it is; throws `error` if anything is noticed there.
  explicit court(const court_request&);

  /// Several may be judged at a time, each by another worker. What is known of it `before` is not asked again.
  fate judge(const mutation&, unsigned worker, const std::optional<fate>& before = {});
  /// Whether there is nothing left to ask about it.
  bool is_settled(const fate&) const;

 private:
  void ask_tests(forge&, fate&, const std::filesystem::path& work);
  void ask_fuzzers(forge&, fate&, const std::filesystem::path& work);
  void ask_theorems(fate&, const std::filesystem::path& work);
  opinion fuzz(const std::string& target, const std::filesystem::path& binary, const std::filesystem::path& work) const;
  bool is_decided(const fate&) const;

  const court_request request_;
  clean_code clean_, clean_theorems_;
  std::unique_ptr<test_bench> tests_;
};

}  // namespace umbra::tools
