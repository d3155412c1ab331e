#include "tools/fuzz/engine.hpp"

namespace umbra::tools {

std::string_view name_of(fuzz_engine e) { return e == fuzz_engine::afl ? "afl" : "libfuzzer"; }

std::vector<fuzz_engine> engines_named(std::string_view name) {
  std::vector<fuzz_engine> chosen;
  for (const fuzz_engine e : {fuzz_engine::libfuzzer, fuzz_engine::afl}) {
    if (name == name_of(e) || name == "both") chosen.push_back(e);
  }
  return chosen;
}

}  // namespace umbra::tools
