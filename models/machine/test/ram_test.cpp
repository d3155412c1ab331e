#include <gtest/gtest.h>

#include "models/machine/ram.hpp"

namespace umbra::machine {
namespace {

std::uint64_t at(unsigned frame, unsigned offset = 0) { return ram::address_of_frame(frame) + offset; }

bool all_zero(const ram& r) {
  for (unsigned n = 0; n < guest_frames; ++n) {
    for (unsigned k = 0; k < 4096; k += 8) {
      if (r.load(at(n, k), 8) != 0) return false;
    }
  }
  return true;
}

TEST(ram, holds_guest_frames_and_nothing_else) {
  EXPECT_TRUE(ram::contains(at(0)));
  EXPECT_TRUE(ram::contains(at(guest_frames - 1, 0xfff)));
  EXPECT_FALSE(ram::contains(at(0) - 1));
  EXPECT_FALSE(ram::contains(at(guest_frames)));
  EXPECT_FALSE(ram::contains(0));
  EXPECT_FALSE(ram::contains(~std::uint64_t{0}));
}

TEST(ram, loads_what_was_stored_at_any_alignment) {
  ram r;
  r.store(at(3, 0x7d), 0x8877665544332211, 8);
  EXPECT_EQ(r.load(at(3, 0x7d), 8), 0x8877665544332211u);
  EXPECT_EQ(r.load(at(3, 0x7e), 3), 0x443322u);
  EXPECT_EQ(r.frame(3)[0x7d], std::byte{0x11});
}

TEST(ram, reset_undoes_every_store) {
  ram r;
  for (unsigned n = 0; n < guest_frames; ++n) {
    for (unsigned k = 0; k < 4096; k += 61) {
      if (k <= 4088) r.store(at(n, k), ~std::uint64_t{0}, 8);
    }
  }
  r.reset();
  EXPECT_TRUE(all_zero(r));
  r.store(at(5, 0xfff), 1, 1);
  r.store(at(6, 60), ~std::uint64_t{0}, 8);  // across a cache line
  r.reset();
  EXPECT_TRUE(all_zero(r));
}

TEST(ram, images_come_back_and_go) {
  ram r;
  r.store(at(1, 8), 11, 8);
  r.store(at(2, 8), 22, 8);
  const auto one = r.capture();
  r.reset(one.get());
  r.store(at(2, 8), 33, 8);
  r.store(at(4, 8), 44, 8);
  const auto two = r.capture();
  r.store(at(5, 8), 55, 8);

  r.reset(one.get());
  EXPECT_EQ(r.load(at(1, 8), 8), 11u);
  EXPECT_EQ(r.load(at(2, 8), 8), 22u);
  EXPECT_EQ(r.load(at(4, 8), 8), 0u);
  EXPECT_EQ(r.load(at(5, 8), 8), 0u);
  r.reset(two.get());
  EXPECT_EQ(r.load(at(1, 8), 8), 11u);
  EXPECT_EQ(r.load(at(2, 8), 8), 33u);
  EXPECT_EQ(r.load(at(4, 8), 8), 44u);
  r.reset();
  EXPECT_TRUE(all_zero(r));
}

}  // namespace
}  // namespace umbra::machine
