// Whether VM entry takes the segment registers that a guest has (SDM 27.3.1.2), without unrestricted guests.
//
// A guest comes to have others by itself: between MOV CR0, which starts or ends protected mode, and the loads that
// follow it; and in real mode with limits that protected mode has left there ("unreal" or "big real" mode).
#pragma once

#include "core/vcpu/segment.hpp"

namespace umbra::vmx {

/// What the segment registers mean to the guest.
enum class segmentation : unsigned char {
  real,         ///< real mode
  virtual8086,  ///< virtual-8086 mode of the guest's own
  protect,      ///< protected mode outside IA-32e mode
  ia32e,
};

/// `cr0`, `efer` and `rflags` are the guest's.
segmentation segmentation_of(word cr0, word efer, word rflags);

/// ES to GS alone: those that code loads, and that it can put right. In real mode: whether virtual-8086 mode can stand
/// in for it.
flag enterable(const vcpu::segments&, segmentation);

}  // namespace umbra::vmx
