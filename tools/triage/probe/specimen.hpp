// A fuzz input of either kind: a program of ops, or a trial of an instruction.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "fuzz/op.hpp"
#include "fuzz/trial/trial.hpp"

namespace umbra::tools {

class specimen {
 public:
  explicit specimen(fuzz::program p) : is_(std::move(p)) {}
  explicit specimen(const fuzz::trial& t) : is_(t) {}

  /// Null if it is of the other kind.
  const fuzz::program* program() const { return std::get_if<fuzz::program>(&is_); }
  const fuzz::trial* trial() const { return std::get_if<fuzz::trial>(&is_); }

  std::string text() const;
  /// Ops of a program, bytes of an instruction: how large it is to people.
  std::size_t size() const;
  /// Gives one candidate after the other that is a little simpler, the greatest steps first; then nothing.
  std::function<std::optional<specimen>()> simpler() const;

 private:
  std::variant<fuzz::program, fuzz::trial> is_;
};

}  // namespace umbra::tools
