// One change of a source file: a range of bytes and what stands there instead.
#pragma once

#include <cstddef>
#include <string>

namespace umbra::tools {

struct edit {
  std::string file;  ///< relative to the top of the tree, with slashes
  std::size_t begin = 0, end = 0;
  std::string with;

  auto operator<=>(const edit&) const = default;
};

/// The text with the change made.
std::string edited(const std::string& text, const edit&);

/// The lines that a change touches: before, and after it.
struct touched {
  unsigned line = 0;  ///< the first one's number, from 1
  std::string was, becomes;
};
touched lines_touched(const std::string& text, const edit&);

/// The change as a unified diff with its file's name, and three lines of context on either side.
std::string drawn(const std::string& text, const edit&);

/// Words with single spaces between them: what is left of a line when it was only formatted anew.
std::string squeezed(const std::string& text);

}  // namespace umbra::tools
