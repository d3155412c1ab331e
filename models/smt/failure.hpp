// Why an exploration gave no verdict. None of these is ever taken for "it holds".
#pragma once

#include <stdexcept>
#include <string>

namespace umbra::smt {

enum class failure_kind : unsigned char {
  none,
  unknown,   ///< the solver gave up within its limit
  limit,     ///< a path with too many decisions, or too many paths
  diverged,  ///< the same decisions led elsewhere: the code under exploration is not deterministic
  left,      ///< another subject was refuted, and that was all that was asked for
  lost,      ///< a worker process ended without an answer, or the totals do not add up
  misuse,    ///< the code under exploration asked for what its values cannot answer
};

const char* name_of(failure_kind);

struct failure : std::runtime_error {
  failure(failure_kind k, const std::string& what) : std::runtime_error(what), kind(k) {}
  failure_kind kind;
};

}  // namespace umbra::smt
