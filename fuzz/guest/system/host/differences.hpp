// The differences between the emulator and the machines that judge it that are known, each a predicate with the place
// in the SDM that settles it.
#pragma once

#include <span>
#include <string_view>

#include "fuzz/guest/host/engine.hpp"
#include "fuzz/guest/system/host/mismatch.hpp"

namespace umbra::system_guest {

struct difference {
  std::string_view name;
  std::string_view citation;
  bool (*explains)(const mismatch&);
};

std::span<const difference> differences_of_bochs();
std::span<const difference> differences_of_qemu();

/// All that is known of an engine. Whatever none of them explains is a finding; and each must show in a long run, or
/// else the emulator is wrong in the same way.
inline std::span<const difference> known_differences(opguest::engine_kind of) {
  return of == opguest::engine_kind::bochs ? differences_of_bochs() : differences_of_qemu();
}

}  // namespace umbra::system_guest
