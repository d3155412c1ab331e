// The guest's MSRs that VM entry loads (SDM 25.8.2).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "fuzz/world/processor_facts.hpp"

namespace umbra::fuzz {

class loaded_msrs {
 public:
  /// Those of the list that a VMCS names; of a longer one than there should be, the first.
  loaded_msrs(const machine::processor&, const host_memory&);

  struct difference {
    std::uint64_t number, value, expected;
  };
  /// The first that is not as `before`, but for one that has been written, if any.
  std::optional<difference> differs(const loaded_msrs& before, std::optional<std::uint64_t> written,
                                    std::uint64_t value) const;

 private:
  struct entry {
    std::uint64_t number = 0, value = 0;
  };
  static constexpr unsigned limit = 8;

  std::array<entry, limit> entries_{};
  unsigned count_ = 0;
};

}  // namespace umbra::fuzz
