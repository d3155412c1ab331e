// What a fuzzing session leaves behind: a summary for people, JSON for programs, and the finding as text.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "tools/deep/check.hpp"
#include "tools/fuzz/session.hpp"
#include "tools/fuzz/target.hpp"

namespace umbra::tools {

struct session_report {
  std::string target;
  fuzz_engine engine = fuzz_engine::libfuzzer;
  unsigned jobs = 1;
  std::uint32_t seed = 1;
  std::filesystem::path corpus;
  session_result result{};
  std::filesystem::path ops{};  ///< the finding as text
  deep_summary deep{};          ///< of a sample of the corpus
};

/// Moves the input of a finding to build/findings/TARGET, under a name that says what broke, and writes it as text
/// beside; and what `umbra run` shows of it as JSON to build/reports/findings, while the tree is what it was found in.
void keep_finding(session_report&, const fuzz_target&);

/// The report's files are called so, but for their endings.
std::string name_of(const session_report&);

std::string summary(const session_report&,
                    const std::function<std::filesystem::path(const std::filesystem::path&)>& shown);
nlohmann::json to_json(const session_report&);

}  // namespace umbra::tools
