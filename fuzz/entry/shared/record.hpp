// How results travel from the program to the host: a stream of bytes, little endian.
//
//   stream  = magic(4) capabilities(8 each) host state(8 each) seed(8) first(4) attempt... end
//   attempt = attempt_mark digest(4) error(1) exit reason(4) qualification(8)
//   end     = end_mark attempts(4)
#pragma once

#include <cstdint>

namespace umbra::entrycheck::record {

constexpr std::uint32_t magic = 0x3145'5055;  // "UPE1"
constexpr std::uint8_t attempt_mark = 0xa6, end_mark = 0xee;

}  // namespace umbra::entrycheck::record
