// Whether the fuzz target of another commit shows a finding.
#pragma once

#include "tools/triage/bisect.hpp"
#include "tools/triage/record.hpp"

namespace umbra::tools {

class replay {
 public:
  /// Of a tree that `bisector` checks commits out in; builds are kept in `made` from one commit to the next.
  replay(const record&, std::filesystem::path tree, std::filesystem::path made);

  /// Builds what is checked out, and runs the minimal input.
  judgement judge();
  /// Why the last judgement was `unknown`, or what the target said.
  const std::string& reason() const { return reason_; }

 private:
  bool knows_the_input();
  bool build();

  const record& what_;
  std::filesystem::path tree_, made_, input_;
  std::string raw_, program_, reason_;
};

}  // namespace umbra::tools
