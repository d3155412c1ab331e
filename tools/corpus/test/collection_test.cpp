// Inputs are collected once each, under names that their content gives them.
#include "tools/corpus/collection.hpp"

#include <gtest/gtest.h>

#include "tools/cli/error.hpp"
#include "tools/cli/test/scratch.hpp"
#include "tools/cli/tree.hpp"
#include "tools/corpus/content_name.hpp"
#include "tools/ops/load.hpp"

namespace umbra::tools {
namespace {

TEST(content_name, is_sha1) {
  EXPECT_EQ(content_name("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_TRUE(is_content_name(content_name("")));
  EXPECT_FALSE(is_content_name("seeds-4-level-slots"));
}

TEST(collection, holds_each_input_once_whatever_its_form_and_name) {
  const scratch place;
  const std::string text = "umbra-ops 1\nread 0x1000 8\n";
  write_file(place / "a.ops", text);
  const std::string raw = raw_of(load(place / "a.ops").program);
  write_file(place / "deep/b", raw);
  write_file(place / "deep/c", raw);
  write_file(place / "other", "\x01x");
  write_file(place / "empty", "");
  write_file(place / "cut.ops", "umbra-ops 1\nread 0x10");
  const collection all = collect({place.path()}, fuzz_target_named("mmu"));
  EXPECT_EQ(all.files, 6u);
  EXPECT_EQ(all.problems.size(), 2u);
  ASSERT_EQ(all.inputs.size(), 2u);
  const collected& one = all.inputs.at(content_name(raw));
  EXPECT_EQ(one.raw, raw);
  EXPECT_EQ(one.files.size(), 3u);
  EXPECT_TRUE(one.text);
  EXPECT_FALSE(all.inputs.at(content_name("\x01x")).text);
}

TEST(collection, of_a_place_that_is_not_there_is_refused) {
  EXPECT_THROW(collect({"/nowhere/at/all"}, fuzz_target_named("mmu")), error);
}

}  // namespace
}  // namespace umbra::tools
