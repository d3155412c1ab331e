// Control registers that a VMM sets all at once.
#include <gtest/gtest.h>

#include <initializer_list>
#include <random>

#include "core/memory/space.hpp"
#include "core/mmu/mmu.hpp"
#include "core/vcpu/control_registers.hpp"
#include "core/x86/control.hpp"
#include "models/machine/machine.hpp"
#include "models/reference/reachable.hpp"

namespace umbra::vcpu {
namespace {

using namespace x86;

class restore : public testing::Test {
 protected:
  restore() {
    memory::slot_request all;
    all.pages = 16;
    EXPECT_EQ(mmu_.set_slot(0, all), memory::status::ok);
  }
  void TearDown() override { EXPECT_EQ(machine_.incidents().count(), 0u); }
  bool taken(word cr0, word cr3, word cr4, word efer) { return registers_.restore(cr0, cr3, cr4, efer); }

  static constexpr word paged = cr0::pe | cr0::pg, wide = efer::lme | efer::lma;

  machine::machine machine_;
  memory::space memory_{machine_.host()};
  mmu::mmu mmu_{memory_};
  control_registers registers_{memory_, features{.maxphyaddr = 40}};
};

TEST_F(restore, takes_a_root_with_an_upper_half_that_ia32e_mode_left_behind) {
  const word left = word{1} << 32 | 0x3000;
  EXPECT_TRUE(taken(cr0::pe, left, 0, 0));
  EXPECT_TRUE(taken(paged, left, 0, 0));
  EXPECT_EQ(registers_.cr3(), left);
  EXPECT_EQ(registers_.mode().root.value, 3u);
  EXPECT_TRUE(taken(paged, left, cr4::pae, 0));
  control_registers narrow{memory_, features{.maxphyaddr = 40, .long_mode = false}};
  EXPECT_FALSE(narrow.restore(paged, left, 0, 0)) << "a CPU without that mode";
}

/// It and the model agree which registers a guest can have.
TEST_F(restore, takes_just_what_writes_lead_to) {
  const features cpu{.maxphyaddr = 40};
  std::mt19937_64 random(1);
  const auto any_of = [&](std::initializer_list<std::uint64_t> bits) {
    word sum = 0;
    for (const std::uint64_t b : bits) sum |= (random() & 1) != 0 ? b : 0;
    return sum;
  };
  unsigned good = 0;
  for (unsigned n = 0; n < 20'000; ++n) {
    reference::registers r;
    r.cpuid = cpu;
    r.cr0 = any_of({cr0::pe, cr0::pg, cr0::wp, cr0::cd, cr0::nw}) | cr0::et;
    r.cr3 = 0x3000 | any_of({0x18, word{1} << 32, word{1} << 39}) | (random() % 8 == 0 ? word{1} << 40 : 0);
    r.cr4 = any_of({cr4::pae, cr4::pse, cr4::smep, cr4::pge}) | (random() % 16 == 0 ? cr4::la57 : 0);
    r.efer = any_of({efer::lme, efer::lma, efer::nxe, efer::sce});
    const bool wanted = reference::reachable(r);
    good += wanted;
    ASSERT_EQ(taken(r.cr0, r.cr3, r.cr4, r.efer), wanted)
        << std::hex << r.cr0 << ' ' << r.cr3 << ' ' << r.cr4 << ' ' << r.efer;
  }
  EXPECT_GT(good, 1000u);
}

TEST_F(restore, takes_every_mode) {
  EXPECT_TRUE(taken(0x6000'0010, 0, 0, 0));
  EXPECT_EQ(registers_.mode().format, mmu::paging::none);
  EXPECT_TRUE(taken(paged, 0x3000, cr4::pse, 0));
  EXPECT_EQ(registers_.mode().format, mmu::paging::bits32);
  EXPECT_TRUE(taken(paged, 0x3000, cr4::pae, efer::nxe));
  EXPECT_EQ(registers_.mode().format, mmu::paging::pae);
  EXPECT_TRUE(taken(paged | cr0::wp, word{1} << 39 | 0x3000, cr4::pae, wide | efer::nxe));
  EXPECT_EQ(registers_.mode().format, mmu::paging::level4);
  EXPECT_EQ(registers_.cr3(), word{1} << 39 | 0x3000) << "all of it, whatever was in force before";
  EXPECT_EQ(registers_.cr0(), paged | cr0::wp | cr0::et);
}

TEST_F(restore, refuses_what_no_sequence_of_writes_leads_to) {
  ASSERT_TRUE(taken(paged, 0x3000, cr4::pse, 0));
  EXPECT_FALSE(taken(cr0::pg, 0, 0, 0)) << "paging without protection";
  EXPECT_FALSE(taken(cr0::pe | cr0::nw, 0, 0, 0));
  EXPECT_FALSE(taken(paged | word{1} << 32, 0, 0, 0));
  EXPECT_FALSE(taken(cr0::pe, 0, cr4::la57, 0));
  EXPECT_FALSE(taken(cr0::pe, 0, 0, word{1} << 12));
  EXPECT_FALSE(taken(paged, 0, cr4::pae, efer::lme)) << "LMA must say that long mode is active";
  EXPECT_FALSE(taken(cr0::pe, 0, cr4::pae, wide)) << "and must not without paging";
  EXPECT_FALSE(taken(paged, 0, 0, wide)) << "long mode needs PAE";
  EXPECT_FALSE(taken(paged, word{1} << 40, cr4::pae, wide));
  EXPECT_EQ(registers_.cr3(), 0x3000u);
  EXPECT_EQ(registers_.mode().format, mmu::paging::bits32);
}

TEST_F(restore, loads_directory_pointers_or_refuses) {
  machine_.memory().store(machine::ram::address_of_frame(3) + 8, 0x5001, 8);
  ASSERT_TRUE(taken(paged, 0x3000, cr4::pae, 0));
  EXPECT_EQ(registers_.pdpte(1), 0x5001u);
  machine_.memory().store(machine::ram::address_of_frame(3) + 8, 0x5003, 8);  // a reserved bit
  EXPECT_FALSE(taken(paged, 0x3000, cr4::pae, 0));
  EXPECT_FALSE(taken(paged, 0x10'0000, cr4::pae, 0)) << "a hole";
  EXPECT_EQ(registers_.pdpte(1), 0x5001u);
}

}  // namespace
}  // namespace umbra::vcpu
