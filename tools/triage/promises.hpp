// What the ids of findings mean, each in one sentence.
#pragma once

#include <string>
#include <string_view>

namespace umbra::tools {

/// "No present leaf maps writable a frame that backs a live shadow page." The id itself for one that nobody knows.
std::string meaning_of(std::string_view id);

}  // namespace umbra::tools
