#include "models/smt/index.hpp"

#include "models/smt/path.hpp"

namespace umbra::smt {

void require_below(word index, word count) { path::current().prove(index < count, "an index is within its array"); }

std::uint64_t chosen_index(word index, word count) {
  if (raw(count).symbol != nullptr)
    throw failure(failure_kind::misuse, "An array was indexed whose length is not known.");
  require_below(index, count);
  return path::current().value_of(index);
}

}  // namespace umbra::smt
