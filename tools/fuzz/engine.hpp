// The engines that can drive a fuzz target.
#pragma once

#include <string_view>
#include <vector>

namespace umbra::tools {

enum class fuzz_engine { libfuzzer, afl };

std::string_view name_of(fuzz_engine);

/// What --engine can be: an engine, or all of them.
std::vector<fuzz_engine> engines_named(std::string_view);

}  // namespace umbra::tools
