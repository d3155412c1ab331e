// Storms over 32-bit paging, and over PAE paging.
#include "core/x86/control.hpp"
#include "tools/vmm/guests/paging.hpp"
#include "tools/vmm/guests/storm/storm.hpp"
#include "tools/vmm/guests/traps.hpp"

extern "C" const char user_page[];

namespace umbra::guests {
namespace {

constexpr unsigned steps = 300, low_tables = 2;

table first_root, other_root, low_pages[low_tables], attic_pages, user_pages, user_directory, low_directory;
table* const roots[] = {&first_root, &other_root};

unsigned long address_of(const volatile void* what) { return reinterpret_cast<unsigned long>(what); }
unsigned long user_code() { return address_of(user_page) | readable | user; }

void turn_paging_on(unsigned long cr4, unsigned long root) {
  write_cr4(cr4);
  write_cr3(root);
  write_cr0(read_cr0() | x86::cr0::pg | x86::cr0::wp);
}

void turn_paging_off() { write_cr0(read_cr0() & ~x86::cr0::pg); }

/// The guest's own memory is mapped by small pages.
void rage_over_32bit(std::uint32_t seed) {
  for (unsigned n = 0; n < low_tables * entries; ++n) low_pages[n / entries].at[n % entries] = n * page | writable;
  for (unsigned n = 0; n < entries; ++n) attic_pages.at[n] = (ATTIC + n * page) | writable;
  user_pages.at[0] = user_code();
  for (table* t : roots) {
    t->link(ATTIC / large_page, attic_pages, writable);
    for (unsigned n = 0; n < low_tables; ++n) t->link(n, low_pages[n], writable);
    t->link(user_window / large_page, user_pages, readable | user);
  }
  const auto gate = [](unsigned n) {
    return storm::gate{{address_of(&first_root.at[n]), address_of(&other_root.at[n])}, std::uint64_t{n} << 22, 1};
  };
  turn_paging_on(x86::cr4::pse, address_of(&first_root));
  storm::rage({.name = "32-bit paging",
               .entry_bytes = 4,
               .index_bits = 10,
               .root = {address_of(&first_root), address_of(&other_root)},
               .gate_count = 4,
               .gates = {gate(0x100), gate(0x1ff), gate(0x201), gate(0x3ff)},
               .steps = steps},
              seed);
  turn_paging_off();
}

void set_wide(table& t, unsigned n, std::uint64_t value) {
  t.at[n * 2] = static_cast<entry>(value);
  t.at[n * 2 + 1] = static_cast<entry>(value >> 32);
}

void rage_over_pae(std::uint32_t seed) {
  constexpr unsigned low_at = 0, user_at = user_window >> 30, large = 0x20'0000, low_pages_count = 4;
  for (unsigned n = 0; n < low_pages_count; ++n) set_wide(low_directory, n, n * large | writable | bit::large);
  set_wide(low_directory, ATTIC / large, ATTIC | writable | bit::large);
  set_wide(user_directory, 0, address_of(&user_pages) | readable | user);
  set_wide(user_pages, 0, user_code());
  for (table* t : roots) {
    set_wide(*t, low_at, address_of(&low_directory) | readable);
    set_wide(*t, user_at, address_of(&user_directory) | readable);
  }
  const auto gate = [](unsigned n) {
    return storm::gate{
        {address_of(&first_root.at[n * 2]), address_of(&other_root.at[n * 2])}, std::uint64_t{n} << 30, 2};
  };
  turn_paging_on(x86::cr4::pae, address_of(&first_root));
  storm::rage({.name = "PAE paging",
               .entry_bytes = 8,
               .index_bits = 9,
               .root = {address_of(&first_root), address_of(&other_root)},
               .gate_count = 2,
               .gates = {gate(1), gate(3)},
               .gates_are_pdptes = true,
               .steps = steps},
              seed);
  turn_paging_off();
}

}  // namespace
}  // namespace umbra::guests

extern "C" void guest_main() {
  using namespace umbra::guests;
  load_traps();
  const std::uint32_t seed = random_seed();
  rage_over_32bit(seed);
  rage_over_pae(seed);
}
