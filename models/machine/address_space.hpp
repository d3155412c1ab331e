// Zeroed address space for an arena, taken from the system once; pages that nobody touches cost nothing.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>

namespace umbra::machine {

inline void* take_address_space(std::size_t bytes) {
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) throw std::bad_alloc();
  return p;
}

inline void give_address_space(void* p, std::size_t bytes) { munmap(p, bytes); }

}  // namespace umbra::machine
