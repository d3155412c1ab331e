// What counts and what is told from outside begins at nothing; how large what has a size is by default.
#include <gmock/gmock.h>

#include <array>
#include <bit>

#include "core/mmu/mmu.hpp"
#include "core/mmu/statistics.hpp"
#include "core/vmx/host_state.hpp"
#include "core/vmx/statistics.hpp"

namespace umbra {
namespace {

using ::testing::Each;

template <class Statistics>
auto counters_of(const Statistics& s) {
  return std::bit_cast<std::array<std::uint64_t, sizeof(Statistics) / sizeof(std::uint64_t)>>(s);
}

TEST(initial_values, of_statistics) {
  EXPECT_THAT(counters_of(mmu::statistics{}), Each(0u));
  EXPECT_THAT(counters_of(vmx::statistics{}), Each(0u));
}

TEST(initial_values, of_the_hosts_state) {
  const vmx::processor_state p;
  EXPECT_THAT(
      (std::array<std::uint64_t, 12>{p.cs, p.ss, p.tr, p.tr_base, p.gdtr_base, p.idtr_base, p.gs_base, p.sysenter_cs,
                                     p.sysenter_esp, p.sysenter_eip, p.efer, p.exit_entry_point}),
      Each(0u));
  EXPECT_THAT(counters_of(vmx::thread_state{}), Each(0u));
}

TEST(initial_values, of_the_pool_of_shadow_pages) {
  EXPECT_EQ(mmu::mmu::default_pages, 1024u);
  EXPECT_EQ(mmu::mmu::free_floor, 5u);
  EXPECT_EQ(mmu::mmu::refill, 25u);
}

}  // namespace
}  // namespace umbra
