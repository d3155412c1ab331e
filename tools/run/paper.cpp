#include "tools/run/paper.hpp"

#include <unistd.h>

namespace umbra::tools {

paper::paper(std::FILE* out, std::vector<std::string>* copy)
    : out_(out), copy_(copy), coloured_(::isatty(::fileno(out)) == 1) {}

void paper::put(ink i, const std::string& text) {
  if (copy_ != nullptr) copy_->push_back(text);
  static constexpr const char* codes[] = {"", "\033[1m", "\033[2m", "\033[32m", "\033[1;31m"};
  if (coloured_ && i != ink::plain) {
    std::fprintf(out_, "%s%s\033[0m\n", codes[static_cast<unsigned>(i)], text.c_str());
  } else {
    std::fprintf(out_, "%s\n", text.c_str());
  }
}

}  // namespace umbra::tools
