// What a VMCS holds before its first entry: VMCLEAR leaves the rest undefined (SDM 25.11.3).
#include "core/test/bench.hpp"
#include "core/vmx/exchanged_msrs.hpp"
#include "core/vmx/msr_list.hpp"

namespace umbra::vmx {
namespace {

using set_up = bench;
using enum x86::vmcs;

TEST_F(set_up, leaves_no_field_to_chance) {
  const std::uint64_t msrs = exchanged_msrs.size();
  const std::pair<x86::vmcs, std::uint64_t> all[] = {
      {pin_controls, controls_.pin},
      {processor_controls, controls_.processor},
      {secondary_controls, controls_.secondary},
      {exit_controls, controls_.exit},
      {exception_bitmap, 1u << 1 | 1u << 7 | 1u << 14 | 1u << 17 | 1u << 18},
      {page_fault_mask, 0},
      {page_fault_match, 0},
      {cr3_target_count, 0},
      {entry_msr_load_count, msrs},
      {exit_msr_store_count, msrs},
      {exit_msr_load_count, msrs},
      {link_pointer, ~std::uint64_t{0}},
      {tsc_offset, 0},
      {guest_debugctl, 0},
      {guest_interruptibility, 0},
      {guest_activity, 0},
      {guest_pending_debug, 0},
      {guest_sysenter_cs, 0},
      {guest_sysenter_esp, 0},
      {guest_sysenter_eip, 0}};
  for (const auto& [field, value] : all) EXPECT_EQ(field_of(field), value) << std::hex << static_cast<unsigned>(field);
}

TEST_F(set_up, gives_the_guest_nothing_of_the_hosts_msrs) {
  const table* list = machine_.tables().find(field_of(entry_msr_load_address) >> page_shift);
  ASSERT_NE(list, nullptr);
  for (unsigned n = 0; n < exchanged_msrs.size(); ++n) {
    EXPECT_EQ(list->get(2 * n), static_cast<std::uint64_t>(exchanged_msrs[n]));
    EXPECT_EQ(list->get(2 * n + 1), 0u);
  }
}

TEST_F(set_up, has_room_for_as_many_msrs_as_a_page_holds) {
  EXPECT_EQ(msr_list::limit, 4096u / 16);  // an entry has 16 bytes (SDM 25.7.2)
}

TEST_F(set_up, begins_where_a_processor_does) {
  cpu fresh(mmu_, 1, features_, controls_, executor::emulator);
  ASSERT_TRUE(fresh.create());
  EXPECT_EQ(fresh.guest().general().rip, 0xfff0u) << "SDM 3A, table 10-1";
}

}  // namespace
}  // namespace umbra::vmx
