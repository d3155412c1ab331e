// Fixtures for tests that take a good state, spoil one thing in it, and ask the checkers.
#pragma once

#include "models/invariants/test/bench.hpp"

namespace umbra::invariants {

/// A bench whose state the test spoils.
class spoilt : public ::testing::Test, public bench {
 protected:
  /// The state is good; from here on it is the test's to spoil.
  void good() {
    ASSERT_EQ(check().which, id::none) << check();
    remember();
  }
  void TearDown() override { restore(); }
  /// What the full checker says now that something has been spoilt.
  void expect(id which) {
    const violation v = check();
    EXPECT_EQ(v.which, which) << v;
  }
};

/// One with vCPU 0 in 4-level paging and all of the addresses above touched.
class level4_bench : public spoilt {
 protected:
  void SetUp() override {
    level4(0);
    EXPECT_TRUE(write(0, at::user));
    EXPECT_TRUE(write(0, at::supervisor));
    EXPECT_TRUE(touch(0, at::read_only));
    EXPECT_TRUE(touch(0, at::no_execute));
    EXPECT_TRUE(touch(0, at::clean));
    EXPECT_TRUE(touch(0, at::rom));
    EXPECT_TRUE(touch(0, at::narrow));
    EXPECT_TRUE(write(0, at::large));
    EXPECT_TRUE(touch(0, at::large_read_only));
    EXPECT_TRUE(touch(0, at::table));
    EXPECT_TRUE(touch(0, at::root));
    EXPECT_TRUE(touch(0, at::huge));
    good();
  }

  /// Changes bits of the shadow leaf for an address.
  void change(std::uint64_t gva, std::uint64_t set, std::uint64_t clear = 0) {
    const entry e = leaf(gva);
    ASSERT_NE(e.page, nullptr);
    ASSERT_NE(e.get(), 0u);
    e.set((e.get() & ~clear) | set);
  }
  /// Changes bits of a guest entry, behind the core's back.
  void change_guest(std::uint64_t table, unsigned index, std::uint64_t set, std::uint64_t clear = 0) {
    const std::uint64_t gpa = (table << 12) + index * 8;
    poke(gpa, (peek(gpa) & ~clear) | set);
  }
};

}  // namespace umbra::invariants
