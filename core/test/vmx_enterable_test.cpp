// Which segment registers VM entry takes.
#include <gtest/gtest.h>

#include "core/vmx/enterable.hpp"
#include "core/x86/control.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/segment.hpp"

namespace umbra::vmx {
namespace {

using vcpu::segment_name;
namespace rights = x86::segment_rights;

constexpr segment_name loaded[] = {segment_name::es, segment_name::cs, segment_name::ss,
                                   segment_name::ds, segment_name::fs, segment_name::gs};

class entered : public testing::Test {
 protected:
  entered() {
    for (const segment_name n : loaded) s[n] = {0x10, 0, 0xffff'ffff, rights::real_data | flat};
    s[segment_name::cs] = {8, 0, 0xffff'ffff, rights::real_code | flat};
  }
  bool taken(segmentation m = segmentation::protect) const { return enterable(s, m); }
  vcpu::segment& operator[](segment_name n) { return s[n]; }

  static constexpr std::uint64_t flat = rights::big | rights::granularity;
  vcpu::segments s = vcpu::segments::at_reset();
};

TEST_F(entered, flat_segments_are) {
  EXPECT_TRUE(taken());
  EXPECT_TRUE(taken(segmentation::ia32e));
  s = vcpu::segments::at_reset();
  EXPECT_TRUE(taken()) << "real mode's own, by the selectors";
}

TEST_F(entered, each_rule_refuses) {
  struct rule {
    segment_name which;
    const char* what;
    void (*broken)(vcpu::segment&);
  };
  using enum segment_name;
  const rule rules[] = {
      {cs, "code is code", [](vcpu::segment& x) { x.rights &= ~rights::code; }},
      {cs, "accessed", [](vcpu::segment& x) { x.rights &= ~rights::accessed; }},
      {cs, "of the stack's level", [](vcpu::segment& x) { x.rights |= 1 << 5; }},
      {cs, "its RPL the stack's", [](vcpu::segment& x) { x.selector |= 1; }},
      {cs, "present", [](vcpu::segment& x) { x.rights &= ~rights::present; }},
      {cs, "its base of 32 bits", [](vcpu::segment& x) { x.base = std::uint64_t{1} << 32; }},
      {ss, "writable", [](vcpu::segment& x) { x.rights &= ~rights::writable; }},
      {ss, "data", [](vcpu::segment& x) { x.rights |= rights::code; }},
      {ss, "its RPL its level", [](vcpu::segment& x) { x.selector |= 3; }},
      {ss, "its base of 32 bits", [](vcpu::segment& x) { x.base = std::uint64_t{1} << 40; }},
      {ds, "accessed", [](vcpu::segment& x) { x.rights &= ~rights::accessed; }},
      {es, "readable", [](vcpu::segment& x) { x.rights = (x.rights | rights::code) & ~rights::writable; }},
      {fs, "no system segment", [](vcpu::segment& x) { x.rights &= ~rights::code_or_data; }},
      {gs, "of a level no more privileged than its RPL", [](vcpu::segment& x) { x.selector |= 1; }},
      {ds, "no reserved bits", [](vcpu::segment& x) { x.rights |= 0x100; }},
      {es, "no bits above", [](vcpu::segment& x) { x.rights |= 0x2'0000; }},
      {fs, "a granular limit ends in ones", [](vcpu::segment& x) { x.limit &= ~word{1}; }},
      {gs, "a high limit is granular", [](vcpu::segment& x) { x.rights &= ~rights::granularity; }},
      {es, "its base of 32 bits", [](vcpu::segment& x) { x.base = std::uint64_t{1} << 32; }},
      {fs, "its base canonical", [](vcpu::segment& x) { x.base = std::uint64_t{1} << 60; }},
  };
  for (const rule& r : rules) {
    const vcpu::segment good = s[r.which];
    r.broken(s[r.which]);
    EXPECT_FALSE(taken()) << r.what;
    s[r.which] = good;
  }
}

TEST_F(entered, what_is_not_usable_is_not_looked_at_but_for_the_stacks_level) {
  for (const segment_name n : {segment_name::es, segment_name::ss, segment_name::ds, segment_name::fs})
    s[n] = {0, ~word{0}, 0, rights::unusable};
  s[segment_name::es].selector = 3;
  EXPECT_TRUE(taken());
  s[segment_name::ss].rights |= rights::dpl;
  EXPECT_FALSE(taken());
}

TEST_F(entered, conforming_code_may_be_of_a_more_privileged_level) {
  for (const segment_name n : loaded) {
    s[n].selector |= 3;
    s[n].rights |= rights::dpl;
  }
  s[segment_name::cs].rights = (s[segment_name::cs].rights & ~rights::dpl) | rights::expand_down;
  EXPECT_TRUE(taken());
  s[segment_name::cs].rights &= ~rights::expand_down;
  EXPECT_FALSE(taken());
  s[segment_name::cs].rights |= rights::dpl;
  EXPECT_TRUE(taken());
}

TEST_F(entered, long_code_is_not_of_32_bits_too) {
  s[segment_name::cs].rights |= rights::long_mode;
  EXPECT_TRUE(taken());
  EXPECT_FALSE(taken(segmentation::ia32e));
  s[segment_name::cs].rights &= ~rights::big;
  EXPECT_TRUE(taken(segmentation::ia32e));
}

TEST_F(entered, virtual_8086_mode_is_exact) {
  for (const segment_name n : loaded) s[n] = {0x123, 0x1230, 0xffff, 0xf3};
  EXPECT_TRUE(taken(segmentation::virtual8086));
  EXPECT_TRUE(taken(segmentation::real));
  for (const segment_name n : loaded) {
    for (word vcpu::segment::*part : {&vcpu::segment::selector, &vcpu::segment::base, &vcpu::segment::limit}) {
      s[n].*part ^= 0x10;
      EXPECT_FALSE(taken(segmentation::virtual8086));
      EXPECT_FALSE(taken(segmentation::real));
      s[n].*part ^= 0x10;
    }
    s[n].rights = rights::real_data;
    EXPECT_FALSE(taken(segmentation::virtual8086));
    EXPECT_TRUE(taken(segmentation::real)) << "its own rights do not show there";
    s[n].rights |= rights::big;
    EXPECT_FALSE(taken(segmentation::real)) << "but for this one";
    s[n].rights = 0xf3;
  }
}

TEST_F(entered, the_mode_is_what_registers_say) {
  using x86::rflags::vm;
  EXPECT_EQ(segmentation_of(0, 0, vm), segmentation::real);
  EXPECT_EQ(segmentation_of(x86::cr0::pe, 0, 0), segmentation::protect);
  EXPECT_EQ(segmentation_of(x86::cr0::pe, 0, vm), segmentation::virtual8086);
  EXPECT_EQ(segmentation_of(x86::cr0::pe, x86::efer::lma, 0), segmentation::ia32e);
}

}  // namespace
}  // namespace umbra::vmx
