#include "core/vcpu/segment.hpp"

#include "core/x86/segment.hpp"

namespace umbra::vcpu {

segments segments::at_reset() {
  using namespace x86::segment_rights;
  constexpr std::uint64_t limit = 0xffff;
  segments s;
  for (segment& r : s.registers) r = {word{0}, word{0}, word{limit}, word{real_data}};
  s[segment_name::cs] = {word{0xf000}, word{0xffff'0000}, word{limit}, word{real_code}};
  s[segment_name::ldtr].rights = word{present | ldt};
  // VMX wants a TSS that is in use (SDM 27.3.1.2).
  s[segment_name::tr].rights = word{present | busy_32_bit_tss};
  s.gdtr.limit = s.idtr.limit = word{limit};
  return s;
}

}  // namespace umbra::vcpu
