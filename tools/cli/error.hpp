// What a verb throws when it cannot do what was asked: one sentence for the user, and the exit status.
#pragma once

#include <stdexcept>
#include <string>

namespace umbra::tools {

/// Exit statuses, the same for every verb.
enum class status : int {
  good = 0,
  bad = 1,     ///< a finding, an escaped mutant, a failed test
  usage = 2,   ///< the command line or a file in it is wrong
  broken = 3,  ///< the tool could not do its work: a build failed, a program is missing
};

class error : public std::runtime_error {
 public:
  explicit error(const std::string& sentence, tools::status s = tools::status::usage)
      : std::runtime_error(sentence), status_(s) {}
  tools::status status() const { return status_; }

 private:
  tools::status status_;
};

}  // namespace umbra::tools
