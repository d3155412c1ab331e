// Tells AddressSanitizer which parts of an arena are in use. Without ASan these cost nothing.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UMBRA_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define UMBRA_ASAN 1
#endif

#include <cstddef>

#if defined(UMBRA_ASAN)
#include <sanitizer/asan_interface.h>
#endif

namespace umbra::machine {

inline void poison([[maybe_unused]] const volatile void* p, [[maybe_unused]] std::size_t bytes) {
#if defined(UMBRA_ASAN)
  __asan_poison_memory_region(p, bytes);
#endif
}

inline void unpoison([[maybe_unused]] const volatile void* p, [[maybe_unused]] std::size_t bytes) {
#if defined(UMBRA_ASAN)
  __asan_unpoison_memory_region(p, bytes);
#endif
}

}  // namespace umbra::machine
