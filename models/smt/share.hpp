// How much of a tree of paths has been seen: each fork halves. All paths together make exactly one whole, so a path
// that was lost, or explored twice, shows in the sum.
#pragma once

#include <string>
#include <string_view>

namespace umbra::smt {

class share {
 public:
  /// More forks than this on one path are more than the account can hold.
  static constexpr unsigned fork_limit = 120;

  constexpr share() = default;
  static constexpr share of_path(unsigned forks) { return share(whole_parts >> forks); }

  constexpr share& operator+=(share s) {
    parts_ += s.parts_;
    return *this;
  }
  constexpr bool whole() const { return parts_ == whole_parts; }

  std::string text() const;
  static share of_text(std::string_view);

 private:
  using parts = unsigned __int128;
  static constexpr parts whole_parts = parts{1} << fork_limit;
  constexpr explicit share(parts p) : parts_(p) {}

  parts parts_ = 0;
};

}  // namespace umbra::smt
