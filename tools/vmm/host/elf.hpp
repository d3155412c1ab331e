// Loads a guest: a statically linked ELF program of either width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace umbra::vmm {

/// Copies a program to its physical addresses, and returns its entry point. Throws std::runtime_error with one clear
/// sentence.
std::uint32_t load_program(const std::string& path, std::span<std::byte> memory);

}  // namespace umbra::vmm
