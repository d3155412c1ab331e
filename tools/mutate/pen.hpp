// What a mutation operator writes with: the text under the tree, and where its proposals go.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "tools/mutate/edit.hpp"
#include "tools/mutate/syntax.hpp"

namespace umbra::tools {

/// A change that some operator makes, and in which function.
struct proposal {
  std::string kind, function;
  edit change;
};

class pen {
 public:
  using taker = std::function<void(proposal)>;

  pen(const std::string& file, const std::string& text, const std::string& function, const taker& take)
      : file_(file), text_(text), function_(function), take_(take) {}

  /// Whether the node is written in this file, as it stands there.
  bool holds(const syntax& n) const { return n.written() && n.file == file_ && n.end <= text_.size(); }
  std::string of(const syntax& n) const { return text_.substr(n.begin, n.end - n.begin); }
  const std::string& text() const { return text_; }

  void replace(std::string_view kind, const syntax& n, const std::string& with) const {
    replace(kind, n.begin, n.end, with);
  }
  void replace(std::string_view kind, std::size_t begin, std::size_t end, const std::string& with) const {
    if (text_.compare(begin, end - begin, with) == 0) return;
    take_({std::string(kind), function_, {file_, begin, end, with}});
  }

 private:
  const std::string &file_, &text_, &function_;
  const taker& take_;
};

}  // namespace umbra::tools
