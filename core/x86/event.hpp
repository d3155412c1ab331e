// Events as VMX describes them: at VM entry, at exit, and where an exit interrupted a delivery (SDM 25.8.3, 25.9.2,
// 25.9.3). The three formats agree in the bits below.
#pragma once

#include <cstdint>

namespace umbra::x86 {

namespace event_field {
constexpr unsigned vector_bits = 8, type_at = 8, type_bits = 3;
constexpr std::uint64_t has_error_code = 1u << 11, valid = std::uint64_t{1} << 31;
}  // namespace event_field

enum class event_type : std::uint8_t {
  external_interrupt = 0,
  nmi = 2,
  hardware_exception = 3,
  software_interrupt = 4,
  privileged_exception = 5,  ///< INT1
  software_exception = 6,    ///< INT3, INTO
};

/// Vectors that the processor defines (SDM table 6-1).
namespace vector {
constexpr std::uint8_t divide = 0, debug = 1, nmi = 2, double_fault = 8, invalid_tss = 10, not_present = 11, stack = 12,
                       general_protection = 13, page_fault = 14, alignment = 17, machine_check = 18,
                       control_protection = 21;
}

/// Bits of the guest's interruptibility state (SDM table 25-3) and pending debug exceptions (table 25-4).
namespace interruptibility {
constexpr std::uint64_t by_sti = 1u << 0, by_mov_ss = 1u << 1;
}
namespace pending_debug {
constexpr std::uint64_t single_step = 1u << 14;
}

}  // namespace umbra::x86
