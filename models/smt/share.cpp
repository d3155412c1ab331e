#include "models/smt/share.hpp"

#include "models/smt/failure.hpp"

namespace umbra::smt {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

}  // namespace

std::string share::text() const {
  std::string s;
  for (parts p = parts_; p != 0; p >>= 4) s.insert(s.begin(), digits[static_cast<unsigned>(p & 15)]);
  return s.empty() ? "0" : s;
}

share share::of_text(std::string_view text) {
  parts p = 0;
  for (const char c : text) {
    const std::size_t value = digits.find(c);
    if (value == digits.npos || text.size() > 32)
      throw failure(failure_kind::lost, "A worker sent a share that is no number.");
    p = p << 4 | static_cast<parts>(value);
  }
  return share(p);
}

}  // namespace umbra::smt
