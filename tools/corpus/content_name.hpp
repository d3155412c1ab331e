// Names that say what is in a file: the same input has the same name wherever it was found.
#pragma once

#include <string>
#include <string_view>

namespace umbra::tools {

/// SHA-1 of the bytes in hexadecimal, which is what libFuzzer calls its inputs.
std::string content_name(std::string_view bytes);
/// Whether a name has that form.
bool is_content_name(std::string_view);

}  // namespace umbra::tools
