// Controls by what a processor can do.
#include <gtest/gtest.h>

#include <string>

#include "core/vmx/controls.hpp"
#include "core/vmx/vmcs.hpp"
#include "core/x86/control.hpp"
#include "core/x86/vmx_controls.hpp"
#include "models/machine/machine.hpp"

namespace umbra::vmx {
namespace {

using namespace x86;

capabilities of_machine() {
  machine::machine m;
  capabilities can;
  EXPECT_TRUE(can.read(m.host()));
  return can;
}

TEST(vmx_controls, everything_that_is_needed_is_on) {
  controls c;
  ASSERT_EQ(c.choose(of_machine()), nullptr);
  EXPECT_EQ(c.pin & 9u, 9u);
  EXPECT_NE(c.processor & processor_control::unconditional_io_exiting, 0u);
  EXPECT_NE(c.processor & processor_control::cr3_load_exiting, 0u);
  EXPECT_EQ(c.processor & (processor_control::use_io_bitmaps | processor_control::use_msr_bitmaps), 0u);
  EXPECT_TRUE(c.has_secondary());
  EXPECT_TRUE(c.has_vpid());
  EXPECT_EQ(c.secondary, secondary_control::enable_vpid | secondary_control::wbinvd_exiting);
  EXPECT_NE(c.exit & exit_control::host_64_bit, 0u);
  EXPECT_EQ(c.exit & exit_control::acknowledge_interrupt, 0u) << "the interrupt must be left to the host";
  EXPECT_NE(c.entry & entry_control::load_efer, 0u);
  EXPECT_EQ(c.entry & entry_control::guest_64_bit, 0u) << "that is the guest's to say";
}

TEST(vmx_controls, what_the_processor_fixes_is_kept) {
  capabilities can = of_machine();
  can.pin.must |= 1u << 6;
  can.processor.must |= 1u << 5;
  can.secondary.must |= 1u << 4;
  can.exit.must |= 1u << 22;
  can.entry.must |= 1u << 13;
  controls c;
  ASSERT_EQ(c.choose(can), nullptr);
  EXPECT_NE(c.pin & 1u << 6, 0u);
  EXPECT_NE(c.processor & 1u << 5, 0u);
  EXPECT_NE(c.secondary & 1u << 4, 0u);
  EXPECT_NE(c.exit & 1u << 22, 0u);
  EXPECT_NE(c.entry & 1u << 13, 0u);
}

TEST(vmx_controls, a_processor_without_what_is_needed_is_refused_by_name) {
  const auto lacking = [](auto change) -> std::string {
    capabilities can = of_machine();
    change(can);
    controls c;
    const char* what = c.choose(can);
    return what == nullptr ? "" : what;
  };
  EXPECT_EQ(lacking([](capabilities& c) { c.pin.may &= ~8u; }), "NMI exiting");
  EXPECT_EQ(lacking([](capabilities& c) { c.processor.may &= ~std::uint64_t{processor_control::invlpg_exiting}; }),
            "INVLPG exiting");
  EXPECT_EQ(lacking([](capabilities& c) { c.exit.may &= ~std::uint64_t{exit_control::load_efer}; }),
            "loading EFER at exit");
  EXPECT_EQ(lacking([](capabilities& c) { c.entry.may &= ~std::uint64_t{entry_control::guest_64_bit}; }),
            "64-bit guests");
  EXPECT_EQ(lacking([](capabilities& c) { c.processor.must |= processor_control::use_msr_bitmaps; }),
            "exits on every I/O instruction and MSR access");
  EXPECT_EQ(lacking([](capabilities& c) { c.cr0.may &= ~cr0::wp; }), "CR0 as umbra sets it");
  EXPECT_EQ(lacking([](capabilities& c) { c.cr4.must |= cr4::smxe; }), "CR4 as umbra sets it");
}

TEST(vmx_controls, virtual_nmis_need_the_window_exit_and_the_window_exit_them) {
  const auto has = [](bool virtual_nmis, bool window) {
    capabilities can = of_machine();
    if (!virtual_nmis) can.pin.may &= ~std::uint64_t{pin_control::virtual_nmis};
    if (!window) can.processor.may &= ~std::uint64_t{processor_control::nmi_window_exiting};
    controls c;
    EXPECT_EQ(c.choose(can), nullptr);
    return c.has_virtual_nmis();
  };
  EXPECT_TRUE(has(true, true));
  EXPECT_FALSE(has(true, false));
  EXPECT_FALSE(has(false, true));
}

TEST(vmx_controls, a_processor_without_secondary_controls_or_vpids_will_do) {
  capabilities can = of_machine();
  can.flushes_by_vpid = false;
  controls c;
  ASSERT_EQ(c.choose(can), nullptr);
  EXPECT_EQ(c.secondary, std::uint32_t{secondary_control::wbinvd_exiting});
  EXPECT_FALSE(c.has_vpid());
  can.flushes_by_vpid = true;
  can.secondary.may &= ~std::uint64_t{secondary_control::enable_vpid};
  ASSERT_EQ(c.choose(can), nullptr);
  EXPECT_EQ(c.secondary, std::uint32_t{secondary_control::wbinvd_exiting});
  can.processor.may &= ~std::uint64_t{processor_control::secondary};
  can.secondary = {};
  ASSERT_EQ(c.choose(can), nullptr);
  EXPECT_FALSE(c.has_secondary());
  EXPECT_EQ(c.secondary, 0u);
}

TEST(vmx_controls, fields_know_their_width_and_part) {
  EXPECT_EQ(bits_of(x86::vmcs::vpid), 16u);
  EXPECT_EQ(bits_of(x86::vmcs::guest_efer), 64u);
  EXPECT_EQ(bits_of(x86::vmcs::exception_bitmap), 32u);
  EXPECT_EQ(bits_of(x86::vmcs::guest_rip), 64u);
  EXPECT_EQ(part_of(x86::vmcs::vpid), vmcs_part::control);
  EXPECT_EQ(part_of(x86::vmcs::exit_reason), vmcs_part::information);
  EXPECT_EQ(part_of(x86::vmcs::guest_tr_rights), vmcs_part::guest);
  EXPECT_EQ(part_of(x86::vmcs::host_rip), vmcs_part::host);
  static_assert(std::same_as<field_type<x86::vmcs::vpid>, std::uint16_t>);
  static_assert(std::same_as<field_type<x86::vmcs::pin_controls>, std::uint32_t>);
  static_assert(std::same_as<field_type<x86::vmcs::host_cr3>, std::uint64_t>);
}

}  // namespace
}  // namespace umbra::vmx
