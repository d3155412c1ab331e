// An exploration as text, on its way from one process to another.
#pragma once

#include <string>
#include <string_view>

#include "models/smt/explorer.hpp"

namespace umbra::smt {

std::string to_text(const exploration&);
/// Throws `failure` for what to_text() did not write.
exploration exploration_of(std::string_view);

}  // namespace umbra::smt
