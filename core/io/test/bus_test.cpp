// Which device answers for what.
#include <gtest/gtest.h>

#include "core/io/bus.hpp"

namespace umbra::io {
namespace {

struct echo : device {
  echo() : device{read_item, write_item} {}
  static bool read_item(device& d, word offset, unsigned bytes, word& value) {
    auto& self = static_cast<echo&>(d);
    value = offset * 100 + bytes;
    return self.claims;
  }
  static bool write_item(device& d, word offset, unsigned bytes, word value) {
    auto& self = static_cast<echo&>(d);
    self.last = value * 1000 + offset * 100 + bytes;
    return self.claims;
  }
  bool claims = true;
  word last = 0;
};

TEST(bus, gives_an_item_to_the_device_that_holds_it_as_a_whole) {
  bus b;
  echo d;
  ASSERT_TRUE(b.attach(space::memory, 0x1000, 0x10, d));
  word value = 0;
  EXPECT_TRUE(b.read(space::memory, 0x100c, 4, value));
  EXPECT_EQ(value, 12u * 100 + 4);
  EXPECT_FALSE(b.read(space::memory, 0x100d, 4, value));
  EXPECT_FALSE(b.read(space::memory, 0xfff, 4, value));
  EXPECT_FALSE(b.read(space::port, 0x1000, 4, value));
  EXPECT_TRUE(b.write(space::memory, 0x1000, 1, 7));
  EXPECT_EQ(d.last, 7001u);
  EXPECT_FALSE(b.write(space::memory, 0x1010, 1, 7));
  d.claims = false;
  EXPECT_FALSE(b.read(space::memory, 0x1000, 1, value));
  EXPECT_FALSE(b.write(space::memory, 0x1000, 1, 7));
}

TEST(bus, keeps_ranges_apart) {
  bus b;
  echo d, e;
  EXPECT_FALSE(b.attach(space::port, 0x10, 0, d));
  EXPECT_FALSE(b.attach(space::memory, ~0ull, 2, d)) << "it wraps";
  EXPECT_TRUE(b.attach(space::memory, ~0ull, 1, d));
  ASSERT_TRUE(b.attach(space::port, 0x10, 8, d));
  EXPECT_FALSE(b.attach(space::port, 0x17, 1, e));
  EXPECT_FALSE(b.attach(space::port, 0xc, 5, e));
  EXPECT_FALSE(b.attach(space::port, 0x0, 0x100, e));
  EXPECT_TRUE(b.attach(space::port, 0x18, 1, e));
  EXPECT_TRUE(b.attach(space::port, 0xc, 4, e));
  EXPECT_TRUE(b.attach(space::memory, 0x10, 8, e)) << "ports and memory are two spaces";
}

TEST(bus, is_bounded_and_gives_places_back) {
  bus b;
  echo d, e;
  for (unsigned n = 0; n < bus::limit; ++n) ASSERT_TRUE(b.attach(space::port, n, 1, n % 2 == 0 ? d : e));
  EXPECT_FALSE(b.attach(space::port, 0x100, 1, d));
  b.detach(e);
  word value = 0;
  EXPECT_TRUE(b.read(space::port, 0, 1, value));
  EXPECT_FALSE(b.read(space::port, 1, 1, value));
  EXPECT_TRUE(b.attach(space::port, 0x100, 1, d));
}

}  // namespace
}  // namespace umbra::io
