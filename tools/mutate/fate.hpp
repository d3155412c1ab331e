// What became of a mutation.
#pragma once

#include <string>
#include <vector>

#include "tools/mutate/mutation.hpp"

namespace umbra::tools {

/// What one judge said of it.
struct opinion {
  std::string engine;  ///< "tests", "fuzz" or "proofs"
  std::string judge;   ///< the test program, the fuzz target, the theorem
  enum class answer : unsigned char { quiet, noticed, late } said = answer::quiet;  ///< late: it ran out of time
  std::string what;  ///< the failed test, the invariant that broke
  double seconds = 0;
};

struct fate {
  enum class state : unsigned char {
    killed,     ///< a judge noticed
    survived,   ///< none did
    late,       ///< none did, and one ran out of time, which proves nothing
    stillborn,  ///< it does not compile
    equal,      ///< the optimiser makes the same program of it
    argued,     ///< it is argued to mean the same
  };
  mutation subject;
  state became = state::survived;
  std::vector<opinion> opinions;  ///< in the order in which they were asked for
  std::string why;                ///< the argument; or the compiler's words
  double seconds = 0;             ///< all that it took
  unsigned fuzzed = 0;            ///< seconds that each fuzz target would have had
  bool proved = false;            ///< whether theorems would have been tried

  const opinion* killer() const;
  /// Whether it counts: a program of its own, with a meaning of its own.
  bool counts() const { return became == state::killed || became == state::survived || became == state::late; }
};

std::string name_of(fate::state);

/// One line of JSON, and back; reading needs the mutation. Throws `error` if it is not one.
std::string to_line(const fate&);
fate from_line(const std::string& line, const mutation&);

}  // namespace umbra::tools
