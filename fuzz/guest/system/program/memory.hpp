// Physical memory, which the program sees as it is.
#pragma once

#include <cstdint>

namespace umbra::system_guest {

template <class T>
volatile T& at(std::uint32_t gpa) {
  return *reinterpret_cast<volatile T*>(static_cast<std::uintptr_t>(gpa));
}

inline void store(std::uint32_t gpa, std::uint64_t value, unsigned bytes) {
  if (bytes == 4) {
    at<std::uint32_t>(gpa) = static_cast<std::uint32_t>(value);
  } else if (bytes == 8) {
    at<std::uint32_t>(gpa) = static_cast<std::uint32_t>(value);
    at<std::uint32_t>(gpa + 4) = static_cast<std::uint32_t>(value >> 32);
  } else {
    for (unsigned i = 0; i < bytes; ++i) at<std::uint8_t>(gpa + i) = static_cast<std::uint8_t>(value >> 8 * i);
  }
}

}  // namespace umbra::system_guest
