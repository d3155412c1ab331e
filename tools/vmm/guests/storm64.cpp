// A storm over 4-level paging.
#include "tools/vmm/guests/paging.hpp"
#include "tools/vmm/guests/storm/storm.hpp"
#include "tools/vmm/guests/traps.hpp"

namespace {
umbra::guests::table user_pages;
}

extern "C" {
umbra::guests::table window_directory, other_directory, user_directory;
extern umbra::guests::table root, other_root, low_pointers, other_pointers, low_directory;
extern const char user_page[];

void guest_main() {
  using namespace umbra::guests;
  load_traps();
  user_directory.link(0, user_pages, readable | user);
  user_pages.at[0] = reinterpret_cast<unsigned long>(user_page) | readable | user;
  low_directory.at[ATTIC / large_page] = ATTIC | writable | bit::large;
  const auto place = [](const table& t, unsigned n) { return reinterpret_cast<unsigned long>(&t.at[n]); };
  const auto in_pointers = [&](unsigned n) {
    return storm::gate{{place(low_pointers, n), place(other_pointers, n)}, std::uint64_t{n} << 30, 2};
  };
  const auto in_root = [&](unsigned n) {
    const std::uint64_t address = std::uint64_t{n} << 39;
    return storm::gate{{place(root, n), place(other_root, n)}, n < 256 ? address : address | 0xffffull << 48, 3};
  };
  storm::rage({.name = "4-level paging",
               .entry_bytes = 8,
               .index_bits = 9,
               .root = {place(root, 0), place(other_root, 0)},
               .gate_count = 4,
               .gates = {in_pointers(2), in_pointers(3), in_root(1), in_root(511)},
               .steps = 600},
              random_seed());
}
}
