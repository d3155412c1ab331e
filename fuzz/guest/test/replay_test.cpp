// Given scenes arrive as they were sent, and a processor that does otherwise than the model is noticed.
#include "fuzz/guest/host/replay.hpp"

#include <gtest/gtest.h>

#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "core/x86/page_fault.hpp"
#include "fuzz/guest/shared/given.hpp"
#include "fuzz/guest/shared/layout.hpp"

namespace umbra::opguest {
namespace {

using namespace x86::entry;

constexpr environment full{.maxphyaddr = 36,
                           .no_execute = true,
                           .long_mode = true,
                           .gbpages = true,
                           .smep = true,
                           .smap = true,
                           .far_memory = false};

/// A user's write in 32-bit paging, to a page that only the supervisor may write, or to one that it may.
scene user_write(bool allowed) {
  scene s{};
  s.mode = format::bits32;
  s.entry_bytes = 4;
  s.cr3 = s.tables[0] = layout::low_tables;
  s.tables[1] = layout::low_tables + 0x1000;
  s.tables_used = 2;
  s.sites[0] = {s.tables[0] + 4 * 5, s.tables[1] | present | write | user, false};
  s.sites[1] = {s.tables[1], layout::low_regions[0] | present | user | (allowed ? write : 0), true};
  s.sites_used = 2;
  s.probes[0] = {.gva = 5u << 22 | layout::slot_cell,
                 .cr0 = static_cast<std::uint32_t>(x86::cr0::pe | x86::cr0::pg | x86::cr0::wp),
                 .cr4 = 0,
                 .efer = 0,
                 .what = kind::write,
                 .cpl = 3,
                 .ac = true};
  s.probes_used = 1;
  return s;
}

TEST(Given, ArrivesAsItWasSent) {
  const scene sent = user_write(true);
  std::uint64_t words[given::scene_words];
  ASSERT_TRUE(can_be_given(sent));
  pack(sent, words);
  scene got{};
  unpack(words, got);
  EXPECT_EQ(digest(got), digest(sent));
  EXPECT_EQ(got.mode, sent.mode);
  EXPECT_EQ(got.entry_bytes, sent.entry_bytes);
  EXPECT_EQ(got.tables[1], sent.tables[1]);
  EXPECT_TRUE(got.sites[1].leaf);
}

result done() {
  result r;
  r.tag = static_cast<std::uint32_t>(layout::low_regions[0] >> 12);
  r.changes = {{0, accessed}, {1, accessed | dirty}};
  return r;
}
result fault(std::uint16_t code) {
  result r;
  r.exception = true;
  r.error = code;
  return r;
}

constexpr std::uint16_t denied = x86::page_fault::present | x86::page_fault::write | x86::page_fault::user;

TEST(Judged, AgreesIfAllIsAsTheModelSays) {
  EXPECT_TRUE(judged(full, user_write(true), done(), engine_kind::qemu).agrees);
  EXPECT_TRUE(judged(full, user_write(false), fault(denied), engine_kind::qemu).agrees);
}

TEST(Judged, DisagreesAboutOutcomeCodeAddressAndBits) {
  EXPECT_FALSE(judged(full, user_write(false), done(), engine_kind::qemu).agrees);
  EXPECT_FALSE(judged(full, user_write(true), fault(denied), engine_kind::qemu).agrees);
  EXPECT_FALSE(judged(full, user_write(false), fault(denied & ~x86::page_fault::user), engine_kind::qemu).agrees);
  result other = fault(denied);
  other.other_address = true;
  EXPECT_FALSE(judged(full, user_write(false), other, engine_kind::qemu).agrees);
  result clean = done();
  clean.changes.pop_back();
  EXPECT_FALSE(judged(full, user_write(true), clean, engine_kind::qemu).agrees);
}

/// A write to CR4 in 32-bit paging.
scene write_to_cr4(std::uint64_t value) {
  scene s = user_write(true);
  s.probes[0].gva = value;
  s.probes[0].what = kind::set_cr4;
  s.probes[0].cpl = 0;
  return s;
}

TEST(Judged, HoldsARegisterWriteAgainstTheModel) {
  const auto value = static_cast<std::uint32_t>(x86::cr4::pge | x86::cr4::smep);
  result read;
  read.tag = value;
  EXPECT_TRUE(judged(full, write_to_cr4(value), read, engine_kind::bochs).agrees);
  read.tag = value ^ 1;
  EXPECT_FALSE(judged(full, write_to_cr4(value), read, engine_kind::bochs).agrees);
  result refused;
  refused.exception = true;
  refused.vector = 13;
  EXPECT_FALSE(judged(full, write_to_cr4(value), refused, engine_kind::bochs).agrees);
  const scene reserved = write_to_cr4(1u << 15);
  EXPECT_TRUE(judged(full, reserved, refused, engine_kind::bochs).agrees);
  EXPECT_TRUE(judged(full, reserved, refused, engine_kind::bochs).written->refused);
  refused.error = 8;
  EXPECT_FALSE(judged(full, reserved, refused, engine_kind::bochs).agrees);
  refused.error = 0;
  refused.vector = 14;
  EXPECT_FALSE(judged(full, reserved, refused, engine_kind::bochs).agrees);
  EXPECT_FALSE(judged(full, reserved, read, engine_kind::bochs).agrees);
}

TEST(Judged, NamesADifferenceThatIsKnown) {
  scene s = user_write(true);
  s.mode = format::pae;
  s.entry_bytes = 8;
  s.tables[2] = layout::low_tables + 0x2000;
  s.tables_used = 3;
  s.sites[0] = {s.tables[0] + 8, s.tables[1] | present, false};
  s.sites[1] = {s.tables[1], s.tables[2] | present | write | user, false};
  s.sites[2] = {s.tables[2], layout::low_regions[0] | present | write | user | std::uint64_t{1} << 40, true};
  s.sites_used = 3;
  s.probes[0].gva = 1u << 30 | layout::slot_cell;
  s.probes[0].cr4 = static_cast<std::uint32_t>(x86::cr4::pae);
  constexpr std::uint16_t code = denied | x86::page_fault::reserved;
  EXPECT_TRUE(judged(full, s, fault(code), engine_kind::qemu).agrees);
  // QEMU leaves P out.
  const replayed r = judged(full, s, fault(code & ~x86::page_fault::present), engine_kind::qemu);
  EXPECT_TRUE(r.agrees);
  EXPECT_NE(r.known, "");
  EXPECT_FALSE(judged(full, s, fault(code & ~x86::page_fault::present), engine_kind::bochs).agrees);
}

}  // namespace
}  // namespace umbra::opguest
