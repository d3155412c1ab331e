#include <gtest/gtest.h>

#include "models/machine/ram.hpp"

namespace umbra::machine {
namespace {

TEST(journal, has_every_store_in_order_with_what_it_replaced_and_by_whom) {
  ram r;
  const std::uint64_t at = ram::address_of_frame(2) + 0x10;
  r.store(at, 0x1122334455667788, 8);
  EXPECT_EQ(r.journal().sign(author::host), author::core);
  r.store(at + 1, 0xffffff00aaaa, 2);
  EXPECT_EQ(r.journal().sign(author::guest), author::host);
  r.store(at, 5, 1);
  ASSERT_EQ(r.journal().size(), 3u);
  const stored& second = r.journal()[1];
  EXPECT_EQ(second.hpa, at + 1);
  EXPECT_EQ(second.before, 0x6677u);
  EXPECT_EQ(second.after, 0xaaaau);
  EXPECT_EQ(second.bytes, 2);
  EXPECT_EQ(second.by, author::host);
  EXPECT_EQ(r.journal()[0].by, author::core);
  EXPECT_EQ(r.journal()[2].by, author::guest);
}

TEST(journal, is_empty_and_the_cores_after_a_reset) {
  ram r;
  r.journal().sign(author::guest);
  r.store(ram::address_of_frame(2), 5, 1);
  r.reset();
  EXPECT_EQ(r.journal().size(), 0u);
  EXPECT_EQ(r.journal().signer(), author::core);
}

}  // namespace
}  // namespace umbra::machine
