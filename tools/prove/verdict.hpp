// What became of a theorem.
#pragma once

#include <string>
#include <vector>

#include "models/smt/explorer.hpp"
#include "proofs/theorem.hpp"
#include "tools/prove/coverage.hpp"

namespace umbra::tools {

/// One unit's exploration, judged.
struct unit_verdict {
  proofs::unit unit;
  smt::exploration result;

  /// Sound, and something reached the end: a theorem that holds because nothing got there says nothing.
  bool holds() const { return result.sound() && result.done.paths != 0; }
  /// "holds", "refuted", or why there is no verdict.
  std::string text() const;
  /// The sentence behind it; empty if it holds.
  std::string reason() const;
};

struct theorem_verdict {
  const proofs::theorem* theorem = nullptr;
  std::vector<unit_verdict> units;
  std::vector<covered_file> covered;
  double seconds = 0;

  bool holds() const;
};

}  // namespace umbra::tools
