// One concrete case of a path: a value for everything that was symbolic.
#pragma once

#include <z3++.h>

#include <cstdint>

#include <word/word.hpp>

namespace umbra::smt {

class witness {
 public:
  explicit witness(z3::model m) : model_(std::move(m)) {}

  /// The value that a word has in this case. What the case leaves open is 0.
  std::uint64_t operator()(word w) const { return value(64, raw(w)); }
  bool operator()(flag f) const { return value(0, raw(f)) != 0; }

  std::uint64_t value(unsigned width, bits) const;

 private:
  z3::model model_;
};

}  // namespace umbra::smt
