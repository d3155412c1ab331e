// Where things lie in a specimen's memory: the first 120 KiB of the guest, which belong to nobody else once it runs.
// All of it lies below 64 KiB but the page tables, so that 16-bit code reaches it.
#pragma once

#include <cstdint>

namespace umbra::system_guest::layout {

constexpr std::uint32_t code = 0x1000, code_end = 0x3000;
constexpr std::uint32_t gdt = 0x3000, ldt = 0x3200, task32 = 0x3300, task64 = 0x3400;
constexpr std::uint32_t gates32 = 0x4000, gates64 = 0x5000;

/// Where operands and the stack are: close to the middle of these, which is where one page ends and another begins.
constexpr std::uint32_t data_edge = 0x7000, far_data_edge = 0x9000, stack_edge = 0xb000;
constexpr unsigned edge_reach = 0x80;

/// Pages whose rights a specimen chooses; the first is page 0, which is never mapped.
constexpr unsigned pages = 16;

constexpr std::uint32_t directory32 = 0x10000, table32 = 0x11000;
constexpr std::uint32_t pae_pointers = 0x12000, pae_directory = 0x13000, pae_table = 0x14000;
constexpr std::uint32_t root64 = 0x15000, pointers64 = 0x16000, directory64 = 0x17000, table64 = 0x18000;
/// The path to the last page below the gap of 64-bit addresses that are not canonical.
constexpr std::uint32_t edge_pointers = 0x19000, edge_directory = 0x1a000, edge_table = 0x1b000;
/// Tables that map the guest program's trampoline at 4 MiB. They are the guest program's; for the host they are empty.
constexpr std::uint32_t trampoline32 = 0x1c000, trampoline64 = 0x1d000, end = 0x1e000;

/// The guest program's trampoline, and the stack on which it enters specimens.
constexpr std::uint32_t trampoline = 0x40'0000;

/// Everything below 1 MiB shows here once more when paging is on; in 64-bit mode also at `high_alias`.
constexpr std::uint64_t alias = 0x4000'0000, high_alias = 0xffff'8000'0000'0000;
/// The last page of canonical addresses in the lower half; it is the page below `data_edge`.
constexpr std::uint64_t last_page = 0x0000'7fff'ffff'f000;

/// Memory that an instruction may change and that is compared: [begin, end), whole dwords. Accessed and dirty bits in
/// page tables are not: they have a check of their own (fuzz/guest).
struct window {
  std::uint32_t begin, end;
};
constexpr window watched[] = {
    {gdt, task64 + 0x100},
    {data_edge - edge_reach, data_edge + edge_reach},
    {far_data_edge - edge_reach, far_data_edge + edge_reach},
    {stack_edge - edge_reach, stack_edge + edge_reach},
};
constexpr unsigned watched_dwords() {
  unsigned sum = 0;
  for (const window& w : watched) sum += (w.end - w.begin) / 4;
  return sum;
}

}  // namespace umbra::system_guest::layout
