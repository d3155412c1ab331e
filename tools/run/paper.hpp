// Where the presentation is written: lines of text, coloured if somebody is watching.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

namespace umbra::tools {

enum class ink : unsigned char { plain, bold, dim, good, bad };

class paper {
 public:
  /// `copy`: gets each line, without colours; null: nobody does.
  explicit paper(std::FILE* out, std::vector<std::string>* copy = nullptr);

  template <class... Arguments>
  void line(ink i, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    put(i, fmt::format(format, std::forward<Arguments>(arguments)...));
  }
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    put(ink::plain, fmt::format(format, std::forward<Arguments>(arguments)...));
  }
  void blank() { put(ink::plain, {}); }

 private:
  void put(ink, const std::string&);

  std::FILE* out_;
  std::vector<std::string>* copy_;
  bool coloured_;
};

}  // namespace umbra::tools
