#include "fuzz/guest/program/memory.hpp"

#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "fuzz/guest/program/trampoline.hpp"
#include "fuzz/guest/shared/windows.hpp"

namespace umbra::opguest {
namespace {

using namespace x86::entry;

constexpr std::uint64_t held = present | write | accessed | dirty;
constexpr unsigned page_bytes = 0x1000;

alignas(page_bytes) std::uint64_t own_directories[4][512];
alignas(page_bytes) std::uint64_t own_pointers[512];
alignas(page_bytes) std::uint64_t bridge_root[512], bridge_pointers[512], bridge_directory[512];

std::uint32_t address_of(const void* object) { return reinterpret_cast<std::uintptr_t>(object); }

/// Maps the trampoline's pages in both formats of page table: its code and data for the supervisor, the user stubs for
/// all.
void map_trampoline() {
  for (std::uint32_t page = address_of(trampoline_code); page < address_of(trampoline_end); page += page_bytes) {
    const bool for_user = page >= address_of(trampoline_user) && page < address_of(trampoline_data);
    const std::uint64_t entry = page | held | (for_user ? user : 0);
    at<std::uint64_t>(layout::wide_trampoline + (page >> 12) % 512 * 8) = entry;
    at<std::uint32_t>(layout::narrow_trampoline + (page >> 12) % 1024 * 4) = static_cast<std::uint32_t>(entry);
  }
}

}  // namespace

void enable_own_paging(const environment& machine) {
  map_trampoline();
  constexpr std::uint64_t full = held | user;
  bridge_root[0] = address_of(bridge_pointers) | full;
  bridge_pointers[0] = address_of(bridge_directory) | full;
  bridge_directory[wide_image_index] = layout::wide_trampoline | full;

  for (std::uint64_t i = 0; i < 4 * 512; ++i) {
    const std::uint64_t linear = i << 21;
    const bool low = linear < layout::low_end;
    const std::uint64_t gpa = low ? linear : linear - layout::low_end + layout::far;
    const bool exists = low || (machine.far_memory && gpa < layout::far_end);
    own_directories[i >> 9][i & 511] = exists ? gpa | held | large : 0;
  }
  for (unsigned i = 0; i < 4; ++i) own_pointers[i] = address_of(own_directories[i]) | present;

  block.kernel_cr3 = address_of(own_pointers);
  block.kernel_cr4 = x86::cr4::pae;
  const auto on = static_cast<std::uint32_t>(x86::cr0::pg);
  asm volatile(
      "mov %0, %%cr4\n"
      "mov %1, %%cr3\n"
      "mov %%cr0, %%eax\n"
      "or %2, %%eax\n"
      "mov %%eax, %%cr0\n"
      :
      : "r"(block.kernel_cr4), "r"(block.kernel_cr3), "r"(on)
      : "eax", "memory");
}

std::uint32_t bridge_cr3() { return address_of(bridge_root); }

}  // namespace umbra::opguest
