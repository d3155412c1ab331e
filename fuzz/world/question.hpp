// What a vCPU was when it left its VMM with a question, to be compared with what it is when the answer comes.
#pragma once

#include "core/vcpu/general_registers.hpp"
#include "core/vcpu/segment.hpp"

namespace umbra::fuzz {

struct question {
  bool asked = false;
  bool in_rax = false;       ///< an IN or a hypercall, whose answer is all that it lacks
  std::uint64_t length = 0;  ///< of the IN, by the processor's word
  vcpu::general_registers general{};
  vcpu::segments segments{};

  bool same_as(const question& other) const {
    return general.same_as(other.general) && general.rflags == other.general.rflags && segments.same_as(other.segments);
  }
};

}  // namespace umbra::fuzz
