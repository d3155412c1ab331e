// How results travel from the guest program to the host: a stream of bytes, little endian.
//
//   stream  = magic(4) maxphyaddr(1) features(1) pedantic(1) seed(8) first specimen(4), result..., end_mark
//   specimens(4) result  = result_mark vector(1) digest(4) error code(4) changed slots(8) value(8)... changed dwords(1)
//   change... change  = index of a watched dword(2) what it holds(4)
#pragma once

#include <cstdint>

namespace umbra::system_guest::record {

constexpr std::uint32_t magic = 0x3153'5055;  // "UPS1"
constexpr std::uint8_t result_mark = 0xa7, end_mark = 0xed;

/// So many changed dwords are reported at most.
constexpr unsigned max_changes = 64;

}  // namespace umbra::system_guest::record
