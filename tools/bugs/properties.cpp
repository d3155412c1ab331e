#include "tools/bugs/properties.hpp"

#include <fmt/format.h>

#include "tools/cli/tree.hpp"
#include "tools/mutate/tests.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

hunted check_properties(const fs::path& binary, const fs::path& work, std::uint32_t seed, unsigned seconds) {
  fs::remove_all(work);
  fs::create_directories(work);
  const fs::path log = work / "log";
  // As many cases as the suite has.
  const limited_run r = run_for({.words = {binary.string(), "--gtest_fail_fast", "--gtest_brief=1"},
                                 .directory = work,
                                 .environment = {{"RC_PARAMS", fmt::format("seed={} max_success=1000", seed)}},
                                 .output = log},
                                seconds);
  hunted h{.seed = seed, .finding = {}, .executions = 0, .seconds = r.cpu_seconds};
  // One that runs out of time has found nothing.
  if (r.how && *r.how != 0) h.finding = finding_report{"property", failure_in(read_file(log)), {}};
  return h;
}

}  // namespace umbra::tools
