#include "tools/prove/verdict.hpp"

#include <algorithm>

namespace umbra::tools {

std::string unit_verdict::text() const {
  if (result.refuted) return "refuted";
  if (result.failed != smt::failure_kind::none) return name_of(result.failed);
  return result.done.paths == 0 ? "vacuous" : "holds";
}

std::string unit_verdict::reason() const {
  if (!result.sound()) return result.what;
  return result.done.paths == 0 ? "No path came to its end: nothing was shown." : "";
}

bool theorem_verdict::holds() const {
  return !units.empty() && std::all_of(units.begin(), units.end(), [](const unit_verdict& u) { return u.holds(); });
}

}  // namespace umbra::tools
