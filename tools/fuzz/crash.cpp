#include "tools/fuzz/crash.hpp"

#include <fmt/format.h>

#include <utility>

#include "tools/fuzz/log.hpp"

namespace umbra::tools {

finding_report crash_in(const std::string& log, ending how) {
  finding_report r;
  for (const auto& [mark, id] : {std::pair{"runtime error: ", "sanitizer"}, std::pair{"Sanitizer: ", "sanitizer"},
                                 std::pair{"assertion", "assertion"}, std::pair{"ERROR: libFuzzer: ", "crash"}}) {
    r.text = line_from(log, mark);
    r.id = id;
    if (!r.text.empty()) break;
  }
  if (r.text.find("timeout") != std::string::npos) r.id = "timeout";
  if (r.text.empty()) r = {"crash", fmt::format("The process ended with status {}.", how), {}};
  return r;
}

}  // namespace umbra::tools
