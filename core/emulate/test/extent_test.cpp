// Operands in guest memory that lie in two pages.
#include <gtest/gtest.h>

#include "core/emulate/outside.hpp"

namespace umbra::emulate {
namespace {

TEST(extents, a_part_lies_where_its_bytes_do) {
  extent whole;
  whole.bytes = 8;
  whole.here = 4;
  whole.first = {0x1ffc};
  whole.second = {0x5000};
  struct {
    unsigned at, bytes, here;
    std::uint64_t first;
  } constexpr parts[] = {{0, 4, 4, 0x1ffc}, {1, 2, 2, 0x1ffd}, {2, 4, 2, 0x1ffe}, {4, 4, 4, 0x5000}, {6, 2, 2, 0x5002}};
  for (const auto& p : parts) {
    const extent e = part_of(whole, p.at, p.bytes);
    EXPECT_EQ(e.bytes, p.bytes);
    EXPECT_EQ(e.here, p.here) << p.at;
    EXPECT_EQ(e.first.value, p.first) << p.at;
    if (e.here < e.bytes) EXPECT_EQ(e.second.value, 0x5000u) << p.at;
  }
}

}  // namespace
}  // namespace umbra::emulate
