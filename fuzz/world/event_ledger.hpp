// The interrupts and NMIs that a VMM has sent one vCPU, and what of them is still to be delivered: by what the VMM has
// done and hardware has told, not by the core's word.
#pragma once

#include <array>
#include <cstdint>

#include "core/vcpu/interrupt_queue.hpp"
#include "core/vcpu/nmi_queue.hpp"
#include "models/machine/exit_information.hpp"

namespace umbra::fuzz {

class event_ledger {
 public:
  void interrupt(unsigned vector) { waiting_[vector / 64] |= bit(vector); }
  /// One is handled and one remembered, more are not (SDM 6.7.1): of two, both wait only if the guest handled none.
  void nmi();
  /// VM entry delivers an event, or begins to. False: an interrupt or an NMI that nobody has sent.
  bool begin(const machine::injection&);
  /// An exit. What was begun is done, unless the exit came in the middle of it (25.9.3) or entry had failed (27.8).
  void end(const machine::exit_information&);
  /// Whether these are the events that wait, those that were begun among them.
  bool agrees(const vcpu::interrupt_queue&, const vcpu::nmi_queue&) const;
  /// Takes over what waits, where no one but the core knows: it has executed the guest itself, or given up.
  void adopt(const vcpu::interrupt_queue&, const vcpu::nmi_queue&);

  std::uint64_t interrupts(unsigned n) const { return waiting_[n]; }
  static constexpr unsigned none = 256;
  /// The highest vector that waits, those begun among them, or `none`.
  unsigned highest() const;
  /// Whether an interrupt waits that this event is not.
  bool interrupt_besides(const machine::injection&) const;
  /// As many NMIs wait at least, and at most.
  unsigned least_nmis() const { return least_nmis_; }
  unsigned most_nmis() const { return most_nmis_; }

 private:
  static constexpr std::uint64_t bit(unsigned vector) { return std::uint64_t{1} << vector % 64; }

  std::array<std::uint64_t, vcpu::interrupt_queue::words> waiting_{};
  unsigned least_nmis_ = 0, most_nmis_ = 0;
  std::uint64_t begun_ = 0;  ///< the entry's interruption information
};

}  // namespace umbra::fuzz
