// How a guest access ends, as the guest or its VMM sees it.
#pragma once

#include <array>
#include <cstdint>

namespace umbra::fuzz {

enum class ending : std::uint8_t {
  none,        ///< no access was made
  done,        ///< the bytes were read, fetched or written at `host`
  page_fault,  ///< #PF with `error_code`, CR2 = `address`
  mmio,        ///< leaves to the VMM: no memory at guest-physical `address`, or a write to read-only memory
  shutdown,    ///< the guest's root table is not in memory
  given_up,    ///< a write to a shadowed table that nobody can emulate, and that hardware cannot make either
};

const char* name_of(ending);

struct outcome {
  fuzz::ending ending = ending::none;
  bool emulated = false;     ///< done by the core's emulation rather than by hardware
  unsigned exits = 0;        ///< page-fault exits on the way
  unsigned unprotected = 0;  ///< how often the core dropped the shadows of the table, for hardware to try again
  std::uint64_t error_code = 0;
  std::uint64_t address = 0;            ///< CR2, or guest-physical for `mmio`
  std::array<std::uint64_t, 2> host{};  ///< host-physical address of each fragment, when done
  std::uint64_t value = 0;              ///< what was read or fetched
};

}  // namespace umbra::fuzz
