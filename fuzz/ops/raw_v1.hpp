// The frozen tables of raw format 1: the alphabets from which compact operands are drawn. Never change one; a new meaning
// takes a new version.
#pragma once

#include <array>
#include <cstdint>

#include "fuzz/op.hpp"

namespace umbra::fuzz::raw_v1 {

// A guest address, by table index on each level and offset in the page. In 32-bit paging, the directory index is made of
// the third and the upper eight bits of the second, the table index of the lowest bit of the second and the first.
inline constexpr std::array<std::uint16_t, 4> index4{0, 1, 256, 511};
inline constexpr std::array<std::uint16_t, 4> index3{0, 1, 2, 3};
inline constexpr std::array<std::uint16_t, 16> index2{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 256, 511};
inline constexpr std::array<std::uint16_t, 16> index1{0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64, 128, 191, 256, 511};
inline constexpr std::array<std::uint16_t, 8> offset{0, 8, 0x7f8, 0xff8, 0xffc, 0xffd, 4, 0xabc};

/// Entries (8 bytes each) within a table that an address can name compactly.
inline constexpr std::array<std::uint16_t, 32> entry_index{0,  1,  2,  3,  4,  5,   6,   7,   8,   9,   10,  11,  12,  13,  14,  15,
                                                           16, 32, 64, 95, 96, 127, 128, 191, 255, 256, 257, 260, 288, 384, 510, 511};

/// Frames that an entry can name compactly: all of the default memory, the first frames of holes, frames that make large
/// pages, and one frame for each address bit that MAXPHYADDR may reserve.
inline constexpr std::array<std::uint64_t, 256> frames = [] {
  std::array<std::uint64_t, 256> f{};
  for (unsigned n = 0; n < 192; ++n) f[n] = n;
  for (unsigned n = 0; n < 32; ++n) f[192 + n] = 0x100000 + n;
  constexpr std::uint64_t special[] = {0xc0,    0x100,   0x200,    0x400,    0x40000,  0x80000,
                                       0xc0000, 0xfffff, 0x100020, 0x100200, 0x100400, 0x140000};
  for (unsigned n = 0; n < 12; ++n) f[224 + n] = special[n];
  for (unsigned n = 0; n < 20; ++n) f[236 + n] = std::uint64_t{1} << (20 + n);
  return f;
}();

/// The bits of an entry that its flag byte holds, lowest first: P W U A D PS G NX.
inline constexpr std::array<unsigned, 8> flag_bits{0, 1, 2, 5, 6, 7, 8, 63};
/// The same for an entry of four bytes, which has no NX: the lowest of PSE-36's address bits instead.
inline constexpr std::array<unsigned, 8> flag_bits32{0, 1, 2, 5, 6, 7, 8, 13};

inline constexpr std::array<std::uint64_t, 16> cr0{0x80010031, 0x80000031, 0x60000010, 0x00000011, 0x00010011, 0x80010011,
                                                   0x80000011, 0xe0010031, 0xc0010031, 0x80050033, 0x80040033, 0x80010021,
                                                   0xa0010031, 0x80010030, 0x00010031, 0xe0000031};
inline constexpr std::array<std::uint64_t, 16> cr3{0x1000,  0x2000,  0x3000,  0x100000000, 0x7000, 0x7020,     0x7040, 0x7060,
                                                   0x7080,  0x70a0,  0x3c000, 0x3d000,     0x3e000, 0xc0000,    0x1018, 0xd000};
/// CR4 by five bits, lowest first: PSE PAE PGE SMEP SMAP.
inline constexpr std::array<unsigned, 5> cr4_bits{4, 5, 7, 20, 21};
/// EFER by three bits, lowest first: SCE LME NXE.
inline constexpr std::array<unsigned, 3> efer_bits{0, 8, 11};

inline constexpr std::array<std::uint64_t, 16> slot_base{0,        0x100000, 0xc0,    0x80,    0x100,   0x200, 0x40,  0x20,
                                                         0x100010, 0x100020, 0x40000, 0xfff00, 0xc0000, 1,     0x400, 0xff};
inline constexpr std::array<std::uint32_t, 16> slot_pages{0, 192, 32, 1, 16, 64, 128, 8, 2, 3, 48, 96, 191, 100, 256, 224};
inline constexpr std::array<std::uint64_t, 16> slot_backing{0, 192, 16, 32, 64, 96, 128, 160, 8, 4, 1, 60, 12, 200, 208, 100};

/// How accesses are made: seven common ways; the eighth code says that the next byte spells it out.
inline constexpr std::array<maker, 7> makers{maker{0, false, false}, maker{3, false, false}, maker{0, true, false},
                                             maker{3, true, false},  maker{3, false, true},  maker{0, false, true},
                                             maker{2, false, false}};
/// Sizes by the upper five bits of the same byte.
inline constexpr std::array<std::uint8_t, 32> sizes{8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 4,
                                                    4, 4, 4, 4, 4, 4, 4, 4, 1, 1, 2, 2, 3, 5, 6, 7};

inline constexpr std::array<std::uint16_t, 16> pool_sizes{64, 64, 64, 64, 64, 48, 48, 32, 96, 96, 128, 128, 256, 24, 16, 1024};

/// Kinds that version 1 knows; version 2 knows no other.
inline constexpr unsigned kinds = 20;

/// The kind that an opcode byte stands for. The first `kinds` bytes are the kinds in order (encoders use these); the
/// rest share out what random bytes become.
inline constexpr std::array<kind, 256> opcodes = [] {
  std::array<kind, 256> table{};
  unsigned at = 0;
  for (; at < kinds; ++at) table[at] = static_cast<kind>(at);
  struct share {
    kind what;
    unsigned weight;
  };
  constexpr share shares[] = {{kind::read, 58},   {kind::write, 72},  {kind::fetch, 14}, {kind::cr0, 5},       {kind::cr3, 12},
                              {kind::cr4, 5},     {kind::efer, 2},    {kind::invlpg, 14}, {kind::slot, 5},     {kind::alias, 3},
                              {kind::log, 5},     {kind::read_log, 4}, {kind::reclaim, 3}, {kind::zap_all, 1}, {kind::vcpu, 8},
                              {kind::race, 8},    {kind::poke, 4},    {kind::patch, 4},   {kind::speculate, 4}};
  for (const share& s : shares) {
    for (unsigned n = 0; n < s.weight; ++n) table[at++] = s.what;
  }
  for (; at < 256; ++at) table[at] = kind::exhaust;
  return table;
}();

}  // namespace umbra::fuzz::raw_v1
