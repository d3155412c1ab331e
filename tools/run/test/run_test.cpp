// The presentation, read back from a file.
#include "tools/run/run.hpp"

#include <gtest/gtest.h>

#include <string>

#include "fuzz/ops/text.hpp"

namespace umbra::tools {
namespace {

struct shown {
  bool well = false;
  std::string text;
};

shown show(const std::string& lines) {
  fuzz::program p;
  fuzz::parse_error e;
  EXPECT_TRUE(fuzz::from_text("umbra-ops 1\n" + lines, p, e)) << e.message;
  std::FILE* file = std::tmpfile();
  shown s;
  s.well = show_run(p, file);
  std::rewind(file);
  char buffer[4096];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, file)) != 0;) s.text.append(buffer, n);
  std::fclose(file);
  return s;
}

testing::AssertionResult has(const shown& s, const std::string& part) {
  if (s.text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << part << "\" is not in:\n" << s.text;
}

TEST(run, shows_each_step_with_its_exits_and_effects) {
  const shown s = show("start level4\nscene 1\nflags wp nxe\nread 0x400000 8\nwrite 0xd000 8 = 0xa0067\n");
  EXPECT_TRUE(s.well);
  EXPECT_TRUE(has(s, "0: read 0x400000"));
  EXPECT_TRUE(has(s, "model: 0x400000 is guest-physical 0x90000"));
  EXPECT_TRUE(has(s, "vCPU 0 exits: page fault at 0x400000, code 0x0 (not present): resume"));
  EXPECT_TRUE(has(s, "leave to the VMM: a write to a table"));
  EXPECT_TRUE(has(s, "emulated write at 0xd000: done"));
  EXPECT_TRUE(has(s, "memory: 8 bytes at host"));
  EXPECT_TRUE(has(s, "VMCS of vCPU 0: CR3"));
  EXPECT_TRUE(has(s, "No finding"));
}

TEST(run, shows_both_tables_side_by_side) {
  const shown s = show("start level4\nscene 1\nflags wp nxe\nread 0x400000 8\n");
  EXPECT_TRUE(has(s, "PML4E at 0x1000"));
  EXPECT_TRUE(has(s, "PTE at 0xd000 = 0x90067  P W U A D"));
  EXPECT_TRUE(has(s, "(gfn 0xd, wux WP NXE) [0]"));
  EXPECT_TRUE(has(s, "-> host frame 0x15a000090"));
}

TEST(run, knows_every_mode) {
  for (const char* mode : {"real", "paging_off", "bits32", "pae", "level4"}) {
    const shown s = show(std::string("start ") + mode + "\nscene 1\nread 0x1000 8\nexhaust 0x0 4\n");
    EXPECT_TRUE(s.well);
    EXPECT_TRUE(has(s, "tables for 0x1000 on vCPU 0"));
  }
}

TEST(run, gives_the_verdict_of_each_invariant) {
  const shown s = show("start level4\nscene 1\nread 0x400000 8\npoke 0xd000 8 = 0\nlog 0 on\n");
  EXPECT_TRUE(has(s, "ok: I1 I2 I3 I5 I6 I7a I7b I8 I9 I10 I11 I12 I13"));
  EXPECT_TRUE(has(s, "not applicable: I4 I15"));
  EXPECT_TRUE(has(s, "ok: I2 I7b I9, but for 1 entries that lag behind"));
}

TEST(run, colours_no_file) { EXPECT_EQ(show("start real\nread 0x1000 8\n").text.find('\033'), std::string::npos); }

}  // namespace
}  // namespace umbra::tools
