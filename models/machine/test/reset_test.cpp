#include "models/machine/test/hand_built.hpp"

namespace umbra::machine {
namespace {

/// Everything that an input can leave behind, one after the other, twice: the second run must not see the first.
struct reset : hand_built {
  void use() {
    EXPECT_EQ(m.tables_out(), 0u);
    EXPECT_EQ(m.bytes_out(), 0u);
    EXPECT_EQ(m.incidents().count(), 0u);
    EXPECT_EQ(m.count().reads, 0u);
    EXPECT_FALSE(m.locked());
    hfn out;
    for (unsigned n = 0; n < 8; ++n) platform::pin(host, n, out);
    EXPECT_EQ(m.pins_out(), 8u);
    build_level4();
    first_table.push_back(at(pml4));
    platform::allocate(host, 100);
    enter_level4(base_cr4, 1);
    EXPECT_EQ(m.cpu(1).translations().size(), 0u);
    EXPECT_TRUE(m.guest_write_via(1, where, 77, 8));
    {
      platform::guard locked(host);
      platform::read(host, {frame(0)}, 8);
    }
    m.arm_race(3, [](void*) { FAIL() << "a race outlived a reset"; }, nullptr);
    m.fail_allocation(5);
    platform::lock(host);
    platform::lock(host);
  }

  std::vector<std::uint64_t> first_table;
};

TEST_F(reset, makes_the_machine_new) {
  m.reset();
  use();
  m.reset();
  EXPECT_EQ(m.memory().load(frame(0), 8), 0u);
  EXPECT_FALSE(m.cpu(1).in_guest());
  EXPECT_EQ(m.cpu(1).translations().size() + m.cpu(1).structures().size(), 0u);
  EXPECT_EQ(m.cpu(1).fields().values(), vmcs_store{}.values());
  use();
  EXPECT_EQ(first_table[0], first_table[1]) << "the same input must see the same addresses";
  m.reset();
  hfn out;
  for (int n = 0; n < 9; ++n) ASSERT_TRUE(platform::pin(host, 0, out)) << "a failure outlived a reset";
  platform::guard locked(host);
  for (int n = 0; n < 9; ++n) platform::read(host, {frame(0)}, 8);
}

TEST_F(reset, restores_an_image) {
  m.memory().store(frame(3), 5, 8);
  const auto scene = m.memory().capture();
  m.reset(scene.get());
  EXPECT_EQ(m.memory().load(frame(3), 8), 5u);
  m.memory().store(frame(3), 6, 8);
  m.reset(scene.get());
  EXPECT_EQ(m.memory().load(frame(3), 8), 5u);
  m.reset();
  EXPECT_EQ(m.memory().load(frame(3), 8), 0u);
}

}  // namespace
}  // namespace umbra::machine
