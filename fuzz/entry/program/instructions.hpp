// Instructions that C++ has no name for.
#pragma once

#include <cstdint>

#include "core/x86/msr.hpp"
#include "core/x86/vmcs.hpp"

namespace umbra::entrycheck {

inline std::uint64_t read_msr(x86::msr which) {
  std::uint32_t low, high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(static_cast<std::uint32_t>(which)));
  return std::uint64_t{high} << 32 | low;
}
inline void write_msr(x86::msr which, std::uint64_t value) {
  asm volatile("wrmsr"
               :
               : "c"(static_cast<std::uint32_t>(which)), "a"(static_cast<std::uint32_t>(value)),
                 "d"(static_cast<std::uint32_t>(value >> 32))
               : "memory");
}

inline std::uint64_t read_cr0() {
  std::uint64_t v;
  asm volatile("mov %%cr0, %0" : "=r"(v));
  return v;
}
inline std::uint64_t read_cr3() {
  std::uint64_t v;
  asm volatile("mov %%cr3, %0" : "=r"(v));
  return v;
}
inline std::uint64_t read_cr4() {
  std::uint64_t v;
  asm volatile("mov %%cr4, %0" : "=r"(v));
  return v;
}
inline void write_cr0(std::uint64_t v) { asm volatile("mov %0, %%cr0" : : "r"(v) : "memory"); }
inline void write_cr4(std::uint64_t v) { asm volatile("mov %0, %%cr4" : : "r"(v) : "memory"); }

/// False if the instruction failed.
inline bool vmxon(const std::uint64_t& region) {
  bool failed;
  asm volatile("vmxon %1; setna %0" : "=q"(failed) : "m"(region) : "cc", "memory");
  return !failed;
}
inline bool vmclear(const std::uint64_t& region) {
  bool failed;
  asm volatile("vmclear %1; setna %0" : "=q"(failed) : "m"(region) : "cc", "memory");
  return !failed;
}
inline bool vmptrld(const std::uint64_t& region) {
  bool failed;
  asm volatile("vmptrld %1; setna %0" : "=q"(failed) : "m"(region) : "cc", "memory");
  return !failed;
}
inline std::uint64_t vmread(x86::vmcs f) {
  std::uint64_t value = 0;
  asm volatile("vmread %1, %0" : "=r"(value) : "r"(std::uint64_t{static_cast<std::uint32_t>(f)}) : "cc");
  return value;
}
inline bool vmwrite(x86::vmcs f, std::uint64_t value) {
  bool failed;
  asm volatile("vmwrite %1, %2; setna %0"
               : "=q"(failed)
               : "r"(value), "r"(std::uint64_t{static_cast<std::uint32_t>(f)})
               : "cc");
  return !failed;
}

inline void out8(std::uint16_t port, std::uint8_t value) { asm volatile("outb %0, %1" : : "a"(value), "d"(port)); }

}  // namespace umbra::entrycheck
