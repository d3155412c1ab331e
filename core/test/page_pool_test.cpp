// The pool's index of pages when its buckets are few.
#include "core/mmu/page_pool.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "models/machine/machine.hpp"

namespace umbra {
namespace {

TEST(page_pool, finds_each_of_more_pages_than_its_index_has_buckets) {
  const auto m = std::make_unique<machine::machine>();
  mmu::page_pool pool(m->host());
  ASSERT_TRUE(pool.create(1500));
  for (unsigned n = 0; n < pool.size(); ++n) {
    EXPECT_EQ(pool.find(pool.at(n).where), &pool.at(n));
    EXPECT_EQ(pool.find(frame_of(platform::address_of(m->host(), pool.at(n).links))), nullptr);
  }
}

}  // namespace
}  // namespace umbra
