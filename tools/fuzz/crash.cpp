#include "tools/fuzz/crash.hpp"

#include <fmt/format.h>

#include <utility>

namespace umbra::tools {

std::string line_from(const std::string& text, const std::string& mark) {
  const std::size_t at = text.find(mark);
  return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
}

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
