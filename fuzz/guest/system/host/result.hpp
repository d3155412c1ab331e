// What came of a specimen, as the guest program reports it or as the emulator has it.
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "fuzz/guest/host/stream.hpp"
#include "fuzz/guest/system/shared/draft.hpp"

namespace umbra::system_guest {

/// The exception or interrupt that ended it, and the state that its handler found.
struct result {
  unsigned vector = 0;
  std::uint32_t error = 0;  ///< error code; 0 with exceptions that have none
  std::array<std::uint64_t, SLOT_COUNT> after{};
  /// Watched dwords that are not what they were, by address.
  std::map<std::uint32_t, std::uint32_t> memory;
};

struct header {
  abilities machine;
  std::uint64_t seed = 0;
  std::uint32_t first = 0;
};

header read_header(opguest::byte_source&);
/// The rest of a result, behind its mark. Throws broken_stream if the guest made another specimen.
result read_result(opguest::byte_source&, const specimen&);

/// A short name of a register, by slot.
const char* slot_name(unsigned slot);

}  // namespace umbra::system_guest
