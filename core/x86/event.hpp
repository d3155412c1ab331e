// Events as VMX describes them: at VM entry, at exit, and where an exit interrupted a delivery (SDM 25.8.3, 25.9.2,
// 25.9.3). The three formats agree in the bits below.
#pragma once

#include <cstdint>

namespace umbra::x86 {

namespace event_field {
constexpr unsigned vector_bits = 8, type_at = 8, type_bits = 3;
constexpr std::uint64_t has_error_code = 1u << 11, valid = std::uint64_t{1} << 31;
/// At exit only: IRET had unblocked NMIs before it faulted (25.9.2, 28.2.3).
constexpr std::uint64_t nmi_unblocked = 1u << 12;
}  // namespace event_field

enum class event_type : std::uint8_t {
  external_interrupt = 0,
  nmi = 2,
  hardware_exception = 3,
  software_interrupt = 4,
  privileged_exception = 5,  ///< INT1
  software_exception = 6,    ///< INT3, INTO
  other = 7,                 ///< at VM entry, with vector 0: a pending MTF VM exit
};

/// Pending debug exceptions (SDM table 25-4).
namespace pending_debug {
constexpr std::uint64_t breakpoints = 0xf, enabled_breakpoint = 1u << 12, single_step = 1u << 14, rtm = 1u << 16;
}

}  // namespace umbra::x86
