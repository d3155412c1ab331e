// The raw form: total on any bytes, exact for any program, frozen for good.
#include "fuzz/ops/codec.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fuzz/ops/raw_v1.hpp"
#include "fuzz/ops/raw_v3.hpp"
#include "fuzz/ops/test/sample.hpp"
#include "fuzz/ops/text.hpp"

namespace umbra::fuzz {
namespace {

TEST(codec, says_any_program_exactly) {
  std::mt19937_64 random(1);
  for (int n = 0; n < 5000; ++n) {
    const program p = sample::any_program(random, n % 40);
    const program back = decode(encode(p));
    ASSERT_TRUE(back == p) << to_text(p) << "came back as\n" << to_text(back);
  }
}

TEST(codec, decodes_any_bytes_to_a_canonical_program) {
  std::mt19937_64 random(2);
  for (int n = 0; n < 20000; ++n) {
    const auto bytes = sample::bytes(random, random() % 200);
    const program p = decode(bytes);
    program canonical_p = p;
    canonicalise(canonical_p);
    ASSERT_TRUE(canonical_p == p) << to_text(p);
    ASSERT_TRUE(decode(encode(p)) == p) << to_text(p);
  }
}

TEST(codec, cut_input_is_a_program_that_starts_alike) {
  std::mt19937_64 random(3);
  const program whole = sample::any_program(random, 20);
  const auto bytes = encode(whole);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const program part = decode(std::span(bytes).first(size));
    ASSERT_LE(part.ops.size(), whole.ops.size());
    for (std::size_t n = 0; n + 1 < part.ops.size(); ++n) EXPECT_TRUE(part.ops[n] == whole.ops[n]);
  }
}

TEST(codec, no_input_exceeds_the_op_limit) {
  const std::vector<std::uint8_t> bytes(3 * op_limit, static_cast<std::uint8_t>(kind::zap_all));
  EXPECT_EQ(decode(bytes).ops.size(), op_limit);
}

TEST(codec, nothing_decodes_to_the_ordinary_set_up) {
  const program p = decode({});
  EXPECT_TRUE(p.setup == setup{});
  EXPECT_TRUE(p.ops.empty());
}

TEST(codec, random_bytes_reach_every_kind_mode_and_scene) {
  std::mt19937_64 random(4);
  std::set<kind> kinds;
  std::set<start> starts;
  std::set<unsigned> scenes, sizes;
  std::size_t ops = 0, bytes = 0;
  for (int n = 0; n < 500; ++n) {
    auto input = sample::bytes(random, 200);
    if (n % 2 != 0) input[0] = 3;
    const program p = decode(input);
    starts.insert(p.setup.start);
    scenes.insert(p.setup.scene);
    ops += p.ops.size();
    bytes += input.size();
    for (const op& o : p.ops) kinds.insert(o.kind), sizes.insert(o.size);
  }
  EXPECT_EQ(kinds.size(), kind_count);
  EXPECT_EQ(starts.size(), 5u);
  EXPECT_EQ(scenes.size(), 4u);
  EXPECT_EQ(sizes.size(), 8u);
  EXPECT_LT(bytes, 7 * ops) << "operands have become long";
}

TEST(codec, usual_operands_are_short) {
  program p;
  op o;
  o.kind = kind::write;
  o.address = 0x8028;  // an entry of a table, in the identity window
  o.value = 0x3067;
  p.ops.assign(10, o);
  EXPECT_LE(encode(p).size(), 6 + 10 * 8u);
}

// Stored inputs must keep their meaning. If this fails, add a version; do not change the text.
TEST(codec, version_1_is_frozen) {
  std::vector<std::uint8_t> bytes;
  for (unsigned n = 0; n < 1500; ++n) bytes.push_back(static_cast<std::uint8_t>((n * 2654435761u) >> 13));
  const std::string text = to_text(decode(bytes));
  std::uint64_t digest = 0xcbf29ce484222325;
  for (const char c : text) digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  EXPECT_EQ(digest, 10299520409165338259u) << text;
}

TEST(codec, a_mark_that_version_1_does_not_know_makes_it_version_2) {
  program p;
  op o;
  o.kind = kind::write;
  p.ops = {o};
  EXPECT_EQ(encode(p)[0], 1);
  p.ops[0].bits = write_undecodable;
  std::vector<std::uint8_t> bytes = encode(p);
  EXPECT_EQ(bytes[0], 2);
  EXPECT_TRUE(decode(bytes) == p);
  bytes[0] = 1;
  EXPECT_EQ(decode(bytes).ops[0].bits, 0) << "in version 1 the bit meant nothing";
}

TEST(codec, kinds_of_exits_make_it_version_3) {
  program p;
  op o;
  o.kind = kind::nmi;
  p.ops = {o};
  EXPECT_EQ(encode(p)[0], 3);
  EXPECT_TRUE(decode(encode(p)) == p);
  for (unsigned n = 0; n < raw_v3::kinds; ++n) EXPECT_EQ(raw_v3::opcodes[n], static_cast<kind>(n));
}

TEST(codec, opcode_table_starts_with_the_kinds_in_order) {
  for (unsigned n = 0; n < raw_v1::kinds; ++n) EXPECT_EQ(raw_v1::opcodes[n], static_cast<kind>(n));
}

}  // namespace
}  // namespace umbra::fuzz
