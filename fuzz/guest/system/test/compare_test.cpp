// The comparison of a guest's results with the emulator: silent when they agree, loud at each kind of deviation.
#include "fuzz/guest/system/host/compare.hpp"

#include <gtest/gtest.h>

#include "core/x86/exception.hpp"
#include "core/x86/flags.hpp"
#include "fuzz/guest/system/test/fake_guest.hpp"

namespace umbra::system_guest {
namespace {

using x86::exception;

constexpr std::uint32_t specimens = 2000;

tally compared(const fake_guest::spoiler& spoil) {
  fake_guest guest{7};
  guest.run(specimens, spoil);
  guest.end();
  opguest::byte_source bytes = guest.source();
  return compare(bytes, opguest::engine_kind::bochs, [](auto&&...) {});
}

TEST(SystemCompare, AcceptsWhatTheEmulatorSays) {
  const tally sums = compared({});
  EXPECT_EQ(sums.total().specimens, specimens);
  EXPECT_EQ(sums.different, 0u);
  EXPECT_EQ(sums.unexplained, 0u);
}

TEST(SystemCompare, CoversEveryFamilyWithSuccessesAndFaults) {
  const tally sums = compared({});
  for (const family_tally& f : sums.families) {
    EXPECT_GT(f.specimens, specimens / family_count / 2);
    EXPECT_GT(f.faults, f.specimens / 20);
    EXPECT_LT(f.faults, f.specimens);
  }
  EXPECT_LT(sums.total().unsupported, specimens / 100);
  EXPECT_LT(sums.total().elsewhere, specimens / 20);
  EXPECT_GT(sums.shapes.size(), specimens / 3);
}

/// Each spoiler hits at least one specimen, and what it hits is a finding, unless it happens to look like a known
/// difference.
struct spoilt_case {
  const char* name;
  bool (*spoil)(const specimen&, const prediction&, result&);
};

class SystemSpoilt : public testing::TestWithParam<spoilt_case> {};

TEST_P(SystemSpoilt, IsFound) {
  std::uint64_t hits = 0;
  const tally sums =
      compared([&hits](const specimen& s, const prediction& p, result& r) { hits += GetParam().spoil(s, p, r); });
  EXPECT_GT(hits, 0u);
  EXPECT_GE(sums.unexplained + sums.different, hits);
  EXPECT_LE(sums.unexplained, hits);
  EXPECT_GE(10 * sums.unexplained, 9 * hits);
}

bool is(const result& r, exception e) { return r.vector == vector_of(e); }

constexpr spoilt_case spoilt_cases[] = {
    {"FaultMissed",
     [](const specimen&, const prediction& p, result& r) {
       if (p.steps != 0 || r.vector == 3) return false;
       r.vector = 3;
       return true;
     }},
    {"NotPresentForProtection",
     [](const specimen&, const prediction&, result& r) {
       if (!is(r, exception::not_present)) return false;
       r.vector = vector_of(exception::invalid_tss);
       return true;
     }},
    {"SelectorLeftOutOfAnErrorCode",
     [](const specimen&, const prediction&, result& r) {
       if (!is(r, exception::not_present)) return false;
       r.error = 0;
       return true;
     }},
    {"AnotherSelectorForAFarBranch",
     [](const specimen& s, const prediction&, result& r) {
       if (s.what != family::branch || !is(r, exception::protection)) return false;
       r.error ^= 8;
       return true;
     }},
    {"WriteOfAFarCallLost",
     [](const specimen& s, const prediction& p, result& r) {
       if (s.what != family::branch || p.steps == 0 || r.memory.empty()) return false;
       r.memory.clear();
       return true;
     }},
    {"ErrorCodeInvented",
     [](const specimen&, const prediction&, result& r) {
       if (!is(r, exception::breakpoint)) return false;
       r.error = 8;
       return true;
     }},
    {"Cr2",
     [](const specimen& s, const prediction&, result& r) {
       if (!is(r, exception::page_fault) || s.what != family::string) return false;
       r.after[SLOT_CR2] += 4;
       return true;
     }},
    {"Iopl",
     [](const specimen& s, const prediction&, result& r) {
       if (s.what != family::flags) return false;
       r.after[SLOT_RFLAGS] ^= x86::rflags::iopl;
       return true;
     }},
    {"RipOneFurther",
     [](const specimen& s, const prediction&, result& r) {
       if (s.what != family::status) return false;
       ++r.after[SLOT_RIP];
       return true;
     }},
    {"LdtrKept",
     [](const specimen& s, const prediction&, result& r) {
       if (r.after[SLOT_LDTR] == s.before[SLOT_LDTR] || s.code_bits != 64) return false;
       r.after[SLOT_LDTR] = s.before[SLOT_LDTR];
       return true;
     }},
    {"Cr0Bit",
     [](const specimen& s, const prediction&, result& r) {
       if (s.what != family::control) return false;
       r.after[SLOT_CR0] ^= x86::cr0::ts;
       return true;
     }},
    {"FsBase",
     [](const specimen& s, const prediction&, result& r) {
       if (s.what != family::segment || s.code_bits != 64) return false;
       r.after[SLOT_FS_BASE] ^= 1;
       return true;
     }},
    {"WriteLost",
     [](const specimen& s, const prediction&, result& r) {
       if (s.what != family::access || r.memory.empty()) return false;
       r.memory.clear();
       return true;
     }},
    {"WriteInvented",
     [](const specimen& s, const prediction&, result& r) {
       if (s.what != family::access || r.memory.contains(layout::data_edge)) return false;
       r.memory[layout::data_edge] = 0x1234'5678;
       return true;
     }},
    {"AccessedBitForgotten",
     [](const specimen& s, const prediction&, result& r) {
       const auto first = r.memory.begin();
       if (s.what != family::segment || r.memory.empty() || first->first >= layout::task32) return false;
       r.memory.erase(first);
       return true;
     }},
};

INSTANTIATE_TEST_SUITE_P(SystemCompare, SystemSpoilt, testing::ValuesIn(spoilt_cases),
                         [](const auto& each) { return each.param.name; });

TEST(SystemCompare, KnowsThatBochsReadsBothPartsOfAPseudoDescriptor) {
  std::uint64_t hits = 0;
  const tally sums = compared([&hits](const specimen& s, const prediction&, result& r) {
    if (s.what != family::tables || !is(r, exception::page_fault)) return;
    r.after[SLOT_CR2] += 2;
    ++hits;
  });
  EXPECT_GT(hits, 0u);
  EXPECT_EQ(sums.different, hits);
  EXPECT_EQ(sums.unexplained, 0u);
}

TEST(SystemCompare, LeavesMemoryBelowTheStackAlone) {
  specimen s{};
  s.paging = paging_kind::bits32;
  result seen;
  seen.after[SLOT_RSP] = 0xb000;
  EXPECT_TRUE(below_stack(s, seen, 0xaffc));
  EXPECT_FALSE(below_stack(s, seen, 0xb000));
  EXPECT_FALSE(below_stack(s, seen, 0xaf00));
  s.cpl = 1;  // another stack took the frame
  EXPECT_FALSE(below_stack(s, seen, 0xaffc));
}

TEST(SystemCompare, RefusesAStreamThatIsCutOff) {
  fake_guest guest{7};
  guest.run(2);
  opguest::byte_source bytes = guest.source();
  EXPECT_THROW(compare(bytes, opguest::engine_kind::bochs, [](auto&&...) {}), std::runtime_error);
}

TEST(SystemCompare, RefusesOtherSpecimens) {
  fake_guest guest{7};
  guest.run(1);
  guest.end();
  guest.bytes()[21] ^= 1;  // the digest
  opguest::byte_source bytes = guest.source();
  EXPECT_THROW(compare(bytes, opguest::engine_kind::bochs, [](auto&&...) {}), opguest::broken_stream);
}

}  // namespace
}  // namespace umbra::system_guest
