// CR0, CR3, CR4 and EFER of one vCPU: what a write may do, and the paging mode that they add up to.
//
// This is the part that translation depends on (SDM 2.5, 2.2.1, 4.1, 4.4.1). A refused write changes nothing.
#pragma once

#include <array>

#include <word/word.hpp>

#include "core/memory/space.hpp"
#include "core/mmu/mode.hpp"
#include "core/x86/features.hpp"

namespace umbra::vcpu {

/// What a write to a control register comes to.
struct written {
  bool refused = false;  ///< #GP(0), nothing changed
  flag mode = false;  ///< the paging mode may have changed, and cached translations must go; never while paging is off
};

/// What of the segment registers decides whether IA-32e mode can be entered or left.
struct mode_segments {
  flag long_code{};        ///< CS.L
  flag task_of_16_bits{};  ///< TR holds a 16-bit TSS

  static mode_segments of(word cs_rights, word tr_rights);
};

class control_registers {
 public:
  control_registers(const memory::space&, const x86::features&);

  written set_cr0(word, const mode_segments& = {});
  written set_cr3(word);
  written set_cr4(word);
  written set_efer(word);

  /// Takes all of them over at once, and the directory pointers from memory, as a VMM restores a vCPU. False, and
  /// nothing changed: no sequence of writes leads there.
  bool restore(word cr0, word cr3, word cr4, word efer);

  /// The guest has run, and owned some bits of CR0 and CR4 meanwhile: that is what they are now.
  void take_over(word cr0, std::uint64_t owned_in_cr0, word cr4, std::uint64_t owned_in_cr4);

  /// Other features, before the guest has run. False, and nothing changed: they do not go with what the registers hold.
  bool adopt(const x86::features&);

  word cr0() const { return cr0_; }
  word cr3() const { return cr3_; }
  word cr4() const { return cr4_; }
  word efer() const { return efer_; }
  word pdpte(unsigned n) const { return pdpte_[n]; }
  const x86::features& features() const { return features_; }

  /// The mode that the MMU is to translate by.
  mmu::mode mode() const;

 private:
  using pointers = std::array<word, 4>;

  bool load_pdptes(word cr3, pointers&) const;
  flag paging() const;
  flag uses_pdptes(word cr0, word cr4) const;
  flag cr0_consistent(word) const;
  flag mode_switch_refused(flag enters, flag leaves, const mode_segments&) const;
  flag cr4_accepted(word) const;
  flag efer_accepted(word) const;

  const memory::space& memory_;
  x86::features features_;
  word cr0_, cr3_{}, cr4_{}, efer_{};
  pointers pdpte_{};
};

}  // namespace umbra::vcpu
