// What a world knows of the guest and of what has happened to it, beside what the machine and the core hold: all that a
// checkpoint has to bring back.
#pragma once

#include <array>
#include <cstdint>

#include "fuzz/op.hpp"
#include "fuzz/world/event_ledger.hpp"
#include "fuzz/world/finding.hpp"
#include "fuzz/world/past.hpp"
#include "fuzz/world/question.hpp"
#include "fuzz/world/suspensions.hpp"
#include "models/machine/exit_information.hpp"
#include "models/reference/memory_map.hpp"
#include "models/reference/registers.hpp"
#include "models/reference/vm_entry/check.hpp"

namespace umbra::fuzz {

class table_owners;

struct world_state {
  static constexpr unsigned vcpus = 2;
  static constexpr unsigned slots = 4, aliases = 4;

  setup setup_{};
  std::array<reference::registers, vcpus> registers_{};
  std::array<past, vcpus> pasts_;
  reference::memory_map map_{};
  suspensions suspended_;
  std::array<std::array<std::uint64_t, 4>, slots> written_{};  ///< pages of logged slots written since the log was read
  std::array<machine::injection, vcpus> due_{};                ///< what each vCPU's next VM entry has to deliver
  std::array<reference::entry_verdict, vcpus> arrived_{};  ///< on the guest state, as it was not by the core's doing
  std::array<bool, vcpus> spoilt_{};  ///< hardware has left what it never leaves, and the VMM has set no segments since
  std::array<event_ledger, vcpus> sent_{};
  std::array<question, vcpus> asked_{};
  std::array<unsigned, vcpus> stuck_{};  ///< times in a row that a vCPU could not be entered
  std::array<bool, vcpus> narrow_{};     ///< in IA-32e mode, the guest is in compatibility mode when it exits
  bool unfollowed_ = false;         ///< the VMM has set what the model does not follow: exits are not judged any more
  bool strict_ = false;             ///< every VM entry is judged: there have been ops of exits
  std::uint64_t instructions_ = 0;  ///< that the guest has come to
  unsigned current_ = 0;
  std::size_t number_ = finding::before_first;
  std::uint64_t trace_ = 0;
  std::uint64_t checked_changes_ = 0;     ///< shadow_changes() at the last check
  std::uint64_t checked_losses_ = 0;      ///< shadow_losses() likewise
  const table_owners* tables_ = nullptr;  ///< of the pool
};

}  // namespace umbra::fuzz
