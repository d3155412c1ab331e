// What the model asks of guest-physical memory.
#pragma once

#include <concepts>

#include <word/word.hpp>

namespace umbra::reference {

/// Guest-physical memory, aliases resolved. `read` takes an aligned address that is backed, and 4 or 8 bytes.
template <class Memory>
concept guest_memory = requires(const Memory& memory, word gpa, unsigned bytes) {
  { memory.backed(gpa) } -> std::convertible_to<flag>;
  { memory.read(gpa, bytes) } -> std::convertible_to<word>;
};

}  // namespace umbra::reference
