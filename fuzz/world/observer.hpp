// A window into a running world, for tools that show what happens. Nobody looks while fuzzing: one null test an event.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/mmu/mmu.hpp"
#include "core/vmx/request.hpp"
#include "fuzz/op.hpp"
#include "fuzz/world/finding.hpp"
#include "fuzz/world/outcome.hpp"
#include "models/machine/exit_information.hpp"
#include "models/machine/incident.hpp"
#include "models/reference/translation.hpp"

namespace umbra::fuzz {

/// A VM exit, and what the core made of it.
struct exit_event {
  unsigned vcpu = 0;
  machine::exit_information why{};
  bool leaves = false;         ///< to the VMM, with `request`; else the guest goes on
  machine::injection event{};  ///< that the next entry is to deliver
  vmx::request request{};
  bool unprotected = false;  ///< the core gave up a table, so that hardware can make the write that nobody emulates
};

class observer {
 public:
  virtual ~observer() = default;

  /// An op begins; all counters and tables are as they were before it. `number` counts from 0, or is
  /// finding::before_first for the register writes that bring vCPUs to their start mode.
  virtual void begins(std::size_t number, const op&) = 0;
  /// VM entry of a vCPU, after the core has loaded its roots: `resume` or `shutdown`.
  virtual void enters(unsigned vcpu, mmu::verdict) = 0;
  virtual void exits(const exit_event&) = 0;
  /// The VMM executes a write to a shadowed table, as the core asked it to.
  virtual void emulates(std::uint64_t gva, mmu::verdict) = 0;
  /// A fragment of an access is about to be judged: what the guest's tables say of it now.
  virtual void expects(std::uint64_t gva, const reference::translation&) = 0;
  /// How an access ended.
  virtual void accessed(const op&, const outcome&) = 0;
  /// A guest's register write or a VMM's request was answered: `taken` is false for #GP or a refusal, `note` says more.
  virtual void answered(bool taken, const char* note) = 0;
  /// The core fails an assertion of its own, or does what a host would not survive: called at that place.
  virtual void trips(const machine::incident&) {}
  /// The op is over, invariants are checked; null: nothing is wrong.
  virtual void ends(std::size_t number, const op&, const finding*) = 0;
};

}  // namespace umbra::fuzz
