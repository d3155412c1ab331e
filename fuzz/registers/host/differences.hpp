// The differences between model and emulator that are known, each a predicate with the place in the SDM that settles
// it.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "fuzz/registers/host/expectation.hpp"

namespace umbra::registercheck {

struct difference {
  std::string_view name, citation;
  bool (*explains)(const trial&, const outcome&, const expectation&);
};

std::span<const difference> known_differences();

/// The number of the first that explains an outcome.
std::optional<std::size_t> explanation(const trial& t, const outcome& o, const expectation& e);

}  // namespace umbra::registercheck
