#include "tools/vmm/host/devices.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>

#include "tools/vmm/guests/devices.h"

namespace umbra::vmm {
namespace {

template <class T>
T load(devices& d, std::uint64_t address) {
  T value{};
  d.load(address, std::as_writable_bytes(std::span{&value, 1}));
  return value;
}

template <class T>
void store(devices& d, std::uint64_t address, T value) {
  d.store(address, std::as_bytes(std::span{&value, 1}));
}

TEST(devices, the_console_says_what_it_hears_and_answers) {
  devices d;
  const std::string text = "abc";
  d.output(CONSOLE_PORT, std::as_bytes(std::span{text}), 1);
  EXPECT_EQ(d.said(), text);
  std::uint32_t twice[2];
  d.input(CONSOLE_PORT, std::as_writable_bytes(std::span{twice}), 4);
  EXPECT_EQ(twice[0], 0x756d'6272u);
  EXPECT_EQ(twice[1], twice[0]);
}

TEST(devices, the_echo_keeps_order_and_has_no_more_than_it_was_given) {
  devices d;
  const std::uint32_t written = 0x4433'2211;
  d.output(ECHO_PORT, std::as_bytes(std::span{&written, 1}), 4);
  std::uint16_t read[2];
  d.input(ECHO_PORT, std::as_writable_bytes(std::span{read}), 2);
  EXPECT_EQ(read[0], 0x2211);
  EXPECT_EQ(read[1], 0x4433);
  EXPECT_THROW(d.input(ECHO_PORT, std::as_writable_bytes(std::span{read}), 2), std::runtime_error);
}

TEST(devices, the_slate_keeps_what_it_gets_and_counts) {
  devices d;
  store(d, SLATE + 8, std::uint64_t{0x1122'3344'5566'7788});
  EXPECT_EQ(load<std::uint16_t>(d, SLATE + 9), 0x6677);
  EXPECT_EQ(load<std::uint8_t>(d, SLATE + 0xfff), 0);
  EXPECT_EQ(load<std::uint64_t>(d, SLATE_LOADS), 2u);
  EXPECT_EQ(load<std::uint64_t>(d, SLATE_STORES), 1u);
  store(d, SLATE_LOADS, std::uint64_t{0});
  EXPECT_EQ(load<std::uint64_t>(d, SLATE_LOADS), 0u);
  EXPECT_EQ(load<std::uint64_t>(d, SLATE_STORES), 1u);
}

TEST(devices, a_seed_is_what_was_given) {
  devices d;
  d.set_seed(7);
  std::uint32_t seed = 0;
  d.input(SEED_PORT, std::as_writable_bytes(std::span{&seed, 1}), 4);
  EXPECT_EQ(seed, 7u);
}

TEST(devices, an_open_bus_reads_ones_and_loses_what_is_written) {
  devices d;
  EXPECT_THROW(load<std::uint32_t>(d, SLATE - 0x1000), std::runtime_error);
  d.open_bus();
  store(d, SLATE - 0x1000, std::uint32_t{5});
  EXPECT_EQ(load<std::uint32_t>(d, SLATE - 0x1000), 0xffff'ffffu);
  EXPECT_EQ(load<std::uint32_t>(d, SLATE_STORES), 0u);
  store(d, SLATE, std::uint32_t{5});
  EXPECT_EQ(load<std::uint32_t>(d, SLATE), 5u);
}

TEST(devices, there_are_no_others) {
  devices d;
  std::byte b{};
  EXPECT_THROW(d.input(0x60, {&b, 1}, 1), std::runtime_error);
  EXPECT_THROW(d.output(0x60, {&b, 1}, 1), std::runtime_error);
  EXPECT_THROW(load<std::uint8_t>(d, SLATE - 1), std::runtime_error);
  EXPECT_THROW(load<std::uint32_t>(d, SLATE + 0xffd), std::runtime_error);
  EXPECT_THROW(store(d, 0xfee0'0000, 1), std::runtime_error);
}

}  // namespace
}  // namespace umbra::vmm
