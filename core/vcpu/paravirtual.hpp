// The paravirtual state page and the hypercall, as KVM had them at first (Linux 2.6.20, kvm_para.h).
//
// A guest writes the physical address of its state page to an MSR. The page says which version the guest speaks, and
// where it wants the hypercall instruction of this processor; the answer is in the page and behind that address.
#pragma once

#include "core/mmu/mmu.hpp"

namespace umbra::vcpu {

class paravirtual_page {
 public:
  /// The MSR's number. It can be written only.
  static constexpr std::uint32_t msr = 0x8765'5309;
  static constexpr unsigned version = 1;

  explicit paravirtual_page(mmu::mmu& m) : mmu_(m) {}

  /// WRMSR. False: #GP(0), for there is no memory, or the address is not a page's. What else can be wrong is said in
  /// the page.
  bool register_page(word physical_address);

  /// Whether a guest has registered a page, and which.
  flag registered() const { return registered_; }
  gpa page() const { return page_; }

 private:
  word refuse_or_patch(word guest_version, gpa hypercall);

  mmu::mmu& mmu_;
  flag registered_{};
  gpa page_{};
};

}  // namespace umbra::vcpu
