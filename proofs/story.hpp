// A case as people and the harness read it: an op file that brings about the same state and does the same accesses.
#pragma once

#include <string>
#include <vector>

#include "core/vmx/enterable.hpp"
#include "models/reference/reachable.hpp"
#include "models/smt/witness.hpp"
#include "proofs/guest.hpp"

namespace umbra::proofs {

class story {
 public:
  story(const smt::witness& w, const char* theorem, const unit& u, const char* failing);

  /// What the processor has; its address width is the unit's.
  void features(const x86::features&);
  /// Slots, aliases and what memory held: whatever was asked about.
  void memory(const platform::host&);
  void registers(const register_values&);
  /// The same as ops among others, with another root.
  void registers(const register_values&, std::uint64_t cr3);
  /// Memory that must be there before the registers are written.
  void poke_early(std::uint64_t gpa, unsigned bytes, std::uint64_t value) {
    early_ += stored("poke", gpa, bytes, value);
  }
  /// The VMM gives the guest this mode, and these segment registers ES to GS; then hardware is to enter.
  void enter(vmx::segmentation, const vcpu::segments&);
  /// The guest writes a control register.
  void write(reference::control_register, word value);
  void access(word gva, const reference::access&);
  /// Slots and aliases as requests; a slot's pages are those from `backing` on. Returns the first page behind them.
  unsigned slot(unsigned id, const memory::range&, unsigned backing);
  void alias(unsigned id, const memory::alias&);
  /// The VMM writes to memory, seen by the core.
  void patch(std::uint64_t gpa, unsigned bytes, std::uint64_t value) { ops_ += stored("patch", gpa, bytes, value); }
  void line(const std::string& op) { ops_ += op + '\n'; }
  void remark(const std::string& text) { remarks_ += "# " + text + '\n'; }

  std::string text() const;

 private:
  static std::string stored(const char* op, std::uint64_t gpa, unsigned bytes, std::uint64_t value);
  std::string written(const register_values&, std::uint64_t cr3) const;
  struct frame {
    std::uint64_t number, host;
    bool read_only;
  };
  bool fits_default_slots(const std::vector<std::uint64_t>& holes, bool aliased) const;
  void place_frames();
  void cells(const std::vector<smt::guest_memory::cell>&, unsigned bytes, std::string& before, std::string& during);

  const smt::witness& w_;
  std::string start_ = "real";
  std::string remarks_, setup_, slots_, early_, late_, registers_, ops_;
  std::vector<frame> frames_;  ///< backed, aliases resolved
};

}  // namespace umbra::proofs
