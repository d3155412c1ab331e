#include "models/smt/witness.hpp"

#include "models/smt/failure.hpp"
#include "models/smt/terms.hpp"

namespace umbra::smt {

std::uint64_t witness::value(unsigned width, bits b) const {
  if (b.symbol == nullptr) return b.known;
  const z3::expr e =
      model_.eval(width == 0 ? terms::instance().truth(b) : terms::instance().expression(width, b), true);
  if (width == 0) return e.is_true();
  std::uint64_t known = 0;
  if (!e.is_numeral_u64(known)) throw failure(failure_kind::unknown, "Z3's model leaves a value open.");
  return known;
}

}  // namespace umbra::smt
