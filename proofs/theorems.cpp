#include "proofs/theorem.hpp"

namespace umbra::proofs {

extern const theorem walk_theorem, fill_theorem, role_theorem, lookup_theorem, entry_theorem, transition_theorem;

std::span<const theorem* const> theorems() {
  static constexpr const theorem* all[] = {&walk_theorem,   &fill_theorem,  &role_theorem,
                                           &lookup_theorem, &entry_theorem, &transition_theorem};
  return all;
}

}  // namespace umbra::proofs
