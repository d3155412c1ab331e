// A page that several processes show to, one after the other, counts them all.
#include "fuzz/targets/board.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace umbra::fuzz {
namespace {

TEST(board, goes_on_where_an_earlier_process_stopped) {
  const auto path = std::filesystem::temp_directory_path() / ("umbra_board_" + std::to_string(::getpid()));
  ::setenv("UMBRA_STATS", path.c_str(), 1);
  tally counts;
  {
    board first;
    counts.ops = 5;
    first.show(counts);
    counts.ops = 7;
    first.show(counts);
    first.show("I3", "a leaf is writable");
  }
  board second;
  counts.ops = 2;
  second.show(counts);

  const int file = ::open(path.c_str(), O_RDONLY);
  ASSERT_GE(file, 0);
  const auto* page = static_cast<const live*>(::mmap(nullptr, live_bytes, PROT_READ, MAP_SHARED, file, 0));
  EXPECT_EQ(page->version, live::current_version);
  EXPECT_EQ(page->executions, 3u);
  EXPECT_EQ(page->counts.ops, 9u);
  EXPECT_STREQ(page->finding_id, "I3");
  ::close(file);
  ::unsetenv("UMBRA_STATS");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace umbra::fuzz
