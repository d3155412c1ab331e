// Why fuzzing does not reach a line of the core: reasons kept beside the bench, found again by the line's own text.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace umbra::tools {

class reasons {
 public:
  reasons() = default;
  /// Reads tools/bench/unreached.txt: blocks of `FILE: SOURCE LINE` at the margin, several if one reason serves them
  /// all, then the reason, indented. `#` begins a comment. Throws `error` at a line that has no reason.
  explicit reasons(std::string_view text);

  /// The reason for a line, given without the spaces around it; "" if there is none.
  std::string why(const std::string& file, const std::string& line) const;

 private:
  std::map<std::pair<std::string, std::string>, std::string> known_;
};

}  // namespace umbra::tools
