// Memory that comes, goes, moves and is read-only as the guest asks.
#pragma once

#include <cstdint>
#include <optional>

#include "tools/vmm/host/machine.hpp"

namespace umbra::vmm {

class attic {
 public:
  explicit attic(const descriptor& vm);

  /// Whether the port is the attic's, and what the byte asks for done.
  bool serve(std::uint16_t port, std::uint8_t value);

 private:
  void set(std::uint64_t guest_address, std::uint64_t bytes, std::uint32_t flags);

  const descriptor& vm_;
  mapping memory_;
  std::optional<std::uint32_t> flags_;  ///< of the region, if there is one
};

}  // namespace umbra::vmm
