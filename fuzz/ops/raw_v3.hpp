// What raw format 3 adds to the first two: opcodes for all kinds, and alphabets for exits. Frozen as theirs are.
#pragma once

#include <array>
#include <cstdint>

#include "fuzz/op.hpp"

namespace umbra::fuzz::raw_v3 {

/// Kinds that version 3 knows.
inline constexpr unsigned kinds = 28;

/// Interruption information: exceptions with and without a code, interrupts, an NMI, software interrupts.
inline constexpr std::array<std::uint32_t, 16> events{
    0x8000'0b0e, 0x8000'0b0d, 0x8000'0b08, 0x8000'0030, 0x8000'0202, 0x8000'0480, 0x8000'0603, 0x8000'0b0c,
    0x8000'0300, 0x8000'0306, 0x8000'0301, 0x8000'0b11, 0x8000'0b0a, 0x8000'0501, 0x8000'0307, 0x8000'0312};

/// The fields of the guest-state area: 16 bits, 64, 32, natural width.
inline constexpr std::array<std::uint32_t, 55> fields{
    0x0800, 0x0802, 0x0804, 0x0806, 0x0808, 0x080a, 0x080c, 0x080e, 0x2800, 0x2802, 0x2806, 0x4800, 0x4802, 0x4804,
    0x4806, 0x4808, 0x480a, 0x480c, 0x480e, 0x4810, 0x4812, 0x4814, 0x4816, 0x4818, 0x481a, 0x481c, 0x481e, 0x4820,
    0x4822, 0x4824, 0x4826, 0x482a, 0x6800, 0x6802, 0x6804, 0x6806, 0x6808, 0x680a, 0x680c, 0x680e, 0x6810, 0x6812,
    0x6814, 0x6816, 0x6818, 0x681a, 0x681c, 0x681e, 0x6820, 0x6822, 0x6824, 0x6826, 0x2804, 0x4828, 0x0810};

/// What an instruction may name: registers, leaves, ports, MSRs.
inline constexpr std::array<std::uint32_t, 64> numbers{
    0,           1,           2,           3,           4,           5,           6,           7,
    8,           13,          14,          17,          0x20,        0x21,        0x40,        0x60,
    0x64,        0x70,        0x80,        0x3f8,       0x3fd,       0xcf8,       0xcfc,       0xffff,
    0x10,        0x17,        0x1b,        0x3a,        0x79,        0x8b,        0xfe,        0x174,
    0x175,       0x176,       0x1a0,       0x1d9,       0x200,       0x20f,       0x250,       0x26f,
    0x277,       0x2ff,       0x480,       0x490,       0x800,       0x4b56'4d00, 0xc000'0080, 0xc000'0081,
    0xc000'0082, 0xc000'0083, 0xc000'0084, 0xc000'0100, 0xc000'0101, 0xc000'0102, 0xc000'0103, 0x4000'0000,
    0x4000'0001, 0x8000'0000, 0x8000'0001, 0x8000'0008, 0x8000'0009, 0xd,         0x7fff'ffff, 0xffff'ffff};

/// As in version 1: the kinds in order, then shares.
inline constexpr std::array<kind, 256> opcodes = [] {
  std::array<kind, 256> table{};
  unsigned at = 0;
  for (; at < kinds; ++at) table[at] = static_cast<kind>(at);
  struct share {
    kind what;
    unsigned weight;
  };
  constexpr share shares[] = {{kind::read, 24},     {kind::write, 24},  {kind::fetch, 4},      {kind::cr0, 4},
                              {kind::cr3, 6},       {kind::cr4, 4},     {kind::efer, 2},       {kind::invlpg, 4},
                              {kind::slot, 2},      {kind::race, 2},    {kind::vcpu, 4},       {kind::exit, 24},
                              {kind::field, 24},    {kind::set, 16},    {kind::general, 8},    {kind::instruct, 56},
                              {kind::complete, 8},  {kind::interrupt, 6}, {kind::nmi, 3}};
  for (const share& s : shares) {
    for (unsigned n = 0; n < s.weight; ++n) table[at++] = s.what;
  }
  for (; at < 256; ++at) table[at] = kind::instruct;
  return table;
}();

}  // namespace umbra::fuzz::raw_v3
