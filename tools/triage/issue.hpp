// A finding as the text of an issue.
#pragma once

#include <string>

#include "tools/triage/record.hpp"

namespace umbra::tools {

/// Markdown: what broke, how to see it, what the guest did, where model and shadow part, with the tables drawn.
/// `minimal` is where the minimal input lies, as one would type it at the top of the tree.
std::string issue_text(const record&, const std::string& minimal);

}  // namespace umbra::tools
