// How results travel from the program to the host: a stream of bytes, little endian.
//
//   stream  = magic(4) processor(8 each) seed(8) first(4) trial... end
//   trial   = trial_mark vector(1) error code(4) value(8) DR6(8) DR7(8)
//   end     = end_mark trials(4)
#pragma once

#include <cstdint>

namespace umbra::registercheck::record {

constexpr std::uint32_t magic = 0x3152'5055;  // "UPR1"
constexpr std::uint8_t trial_mark = 0xa7, end_mark = 0xef;

}  // namespace umbra::registercheck::record
