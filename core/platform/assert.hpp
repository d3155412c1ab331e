// Assertions state invariants. They are on in every build; what a failed one does is the platform's choice.
#pragma once

#include "core/platform/platform.hpp"

#define UMBRA_ASSERT(condition)                                                       \
  do {                                                                                \
    if (!(condition)) ::umbra::platform::assertion_failed(#condition, __FILE__, __LINE__); \
  } while (false)
