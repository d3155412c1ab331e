// A guest's own page tables: entries, and the window of linear addresses that tests map things into.
#pragma once

#include <cstdint>

#include "core/x86/entry.hpp"
#include "tools/vmm/guests/console.hpp"

namespace umbra::guests {

#ifdef __x86_64__
using entry = std::uint64_t;
constexpr unsigned long window = 0x8000'0000, user_window = 0x4000'0000;
#else
using entry = std::uint32_t;
constexpr unsigned long window = 0x4000'0000, user_window = 0x8000'0000;
#endif
constexpr unsigned long page = 4096, entries = page / sizeof(entry), large_page = page * entries;

namespace bit = x86::entry;
constexpr entry readable = bit::present, writable = bit::present | bit::write, user = bit::user;

/// A table of the guest's; the processor sees each change at once, or at the next invalidation.
struct alignas(page) table {
  volatile entry at[entries];

  void link(unsigned n, const table& below, entry rights) { at[n] = reinterpret_cast<unsigned long>(&below) | rights; }
};

/// A page of data, at its own address in low memory.
struct alignas(page) data_page {
  volatile unsigned long first;
  unsigned char rest[page - sizeof(long)];

  entry mapped(entry rights) const { return reinterpret_cast<unsigned long>(this) | rights; }
};

inline volatile unsigned long& word_at(unsigned long address) {
  return *reinterpret_cast<volatile unsigned long*>(address);
}

inline void invalidate(unsigned long address) { asm volatile("invlpg (%0)" : : "r"(address) : "memory"); }

inline unsigned long read_cr0() {
  unsigned long value;
  asm volatile("mov %%cr0, %0" : "=r"(value));
  return value;
}
inline void write_cr0(unsigned long value) { asm volatile("mov %0, %%cr0" : : "r"(value) : "memory"); }
inline unsigned long read_cr3() {
  unsigned long value;
  asm volatile("mov %%cr3, %0" : "=r"(value));
  return value;
}
inline void write_cr3(unsigned long value) { asm volatile("mov %0, %%cr3" : : "r"(value) : "memory"); }
inline unsigned long read_cr4() {
  unsigned long value;
  asm volatile("mov %%cr4, %0" : "=r"(value));
  return value;
}
inline void write_cr4(unsigned long value) { asm volatile("mov %0, %%cr4" : : "r"(value) : "memory"); }

}  // namespace umbra::guests
