// How results travel from the guest program to the host: a stream of bytes, little endian.
//
//   stream  = header, scene..., end
//   header  = magic(4) maxphyaddr(1) features(1) seed(8) first scene(4)
//   scene   = scene_mark number(4) result... scene_end stray(1) digest(4)
//   result  = shape(1) [vector(1)] [error code(2)] [CR2(8)] [tag(4)] change...
//   change  = index of site(1) bits that flipped(1)
//   end     = end_mark translations(4)
#pragma once

#include <cstdint>

#include "fuzz/guest/shared/scene.hpp"

namespace umbra::opguest::record {

constexpr std::uint32_t magic = 0x3147'5055;  // "UPG1"
constexpr std::uint8_t scene_mark = 0xa5, scene_end = 0x5a, end_mark = 0xed;

/// Bits of a result's first byte. Without `exception` a tag follows; with it, an error code.
namespace shape {
constexpr std::uint8_t changes = 0x0f;      ///< how many sites changed
constexpr std::uint8_t exception = 1 << 4;  ///< the access raised one; #PF unless `other_vector`
constexpr std::uint8_t other_vector = 1 << 5;
constexpr std::uint8_t other_address = 1 << 6;  ///< CR2 is not the address that was accessed; it follows
constexpr std::uint8_t lost_write = 1 << 7;     ///< what was written is not in the frame whose tag was read
}  // namespace shape

/// A flip outside of an entry's low byte.
constexpr std::uint8_t strange_flip = 0xff;

constexpr std::uint8_t pack(const environment& e) {
  return static_cast<std::uint8_t>(e.no_execute | e.long_mode << 1 | e.gbpages << 2 | e.smep << 3 | e.smap << 4 |
                                   e.far_memory << 5);
}

constexpr environment unpack(std::uint8_t maxphyaddr, std::uint8_t features) {
  const auto bit = [features](unsigned n) { return (features >> n & 1) != 0; };
  return {.maxphyaddr = maxphyaddr,
          .no_execute = bit(0),
          .long_mode = bit(1),
          .gbpages = bit(2),
          .smep = bit(3),
          .smap = bit(4),
          .far_memory = bit(5)};
}

}  // namespace umbra::opguest::record
