// CPUID.
#pragma once

#include <cstdint>

namespace umbra::opguest {

struct leaf {
  std::uint32_t eax, ebx, ecx, edx;
};

inline leaf cpuid(std::uint32_t function) {
  leaf r{function, 0, 0, 0};
  asm volatile("cpuid" : "+a"(r.eax), "=b"(r.ebx), "+c"(r.ecx), "=d"(r.edx));
  return r;
}

constexpr bool bit(std::uint32_t value, unsigned index) { return value >> index & 1; }

}  // namespace umbra::opguest
