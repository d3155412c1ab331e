// A program that runs is in a file, and one that has run is not.
#include "fuzz/properties/running.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/ops/codec.hpp"
#include "fuzz/properties/draw.hpp"

namespace umbra::fuzz::properties {
namespace {

TEST(running, is_in_the_file_while_it_runs) {
  const auto path = std::filesystem::temp_directory_path() / ("umbra_running_" + std::to_string(::getpid()));
  ::setenv("UMBRA_RUNNING", path.c_str(), 1);
  const auto held = [&] {
    std::ifstream in(path, std::ios::binary);
    return std::vector<std::uint8_t>(std::istreambuf_iterator<char>(in), {});
  };
  for (const std::uint64_t seed : {1u, 2u}) {
    const program p = draw(seed, 20);
    {
      const running now(p);
      EXPECT_EQ(decode(held()), p);
    }
    EXPECT_TRUE(held().empty());
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace umbra::fuzz::properties
