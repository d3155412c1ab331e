#include "models/smt/failure.hpp"

namespace umbra::smt {

const char* name_of(failure_kind k) {
  switch (k) {
    case failure_kind::none:
      return "none";
    case failure_kind::unknown:
      return "unknown";
    case failure_kind::limit:
      return "limit";
    case failure_kind::diverged:
      return "diverged";
    case failure_kind::left:
      return "left";
    case failure_kind::lost:
      return "lost";
    case failure_kind::misuse:
      return "misuse";
  }
  return "?";
}

}  // namespace umbra::smt
