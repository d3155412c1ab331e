// Properties run with the same seed each time, so that a suite that passed passes again. `./umbra props` decides otherwise,
// and so may RC_PARAMS: "max_success=100000" takes a new seed and more cases, "reproduce=..." what a failure printed.
#include <cstdlib>

namespace {

[[maybe_unused]] const int set = setenv("RC_PARAMS", "seed=20 max_success=1000", /*overwrite=*/0);

}  // namespace
