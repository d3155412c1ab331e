// The differences between the emulator and the machines that judge it that are known, each a predicate with the place
// in the SDM that settles it.
#pragma once

#include <span>
#include <string_view>

#include "fuzz/guest/host/engine.hpp"
#include "fuzz/guest/system/host/subject.hpp"

namespace umbra::system_guest {

/// In which respect a specimen went differently from what the emulator says.
enum class aspect {
  vector,      ///< which exception or interrupt ended it
  error_code,  ///< the same one
  slot,        ///< a register; `slot` says which
  memory,      ///< a dword at `address`
};

struct mismatch {
  aspect which;
  unsigned slot;
  std::uint32_t address;
  const abilities& machine;
  const specimen& tried;
  const prediction& expected;
  const result& observed;
};

struct difference {
  std::string_view name;
  std::string_view citation;
  bool (*explains)(const mismatch&);
};

/// All that is known of an engine. Whatever none of them explains is a finding; and each must show in a long run, or
/// else the emulator is wrong in the same way.
std::span<const difference> known_differences(opguest::engine_kind of);

}  // namespace umbra::system_guest
