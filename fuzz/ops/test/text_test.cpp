// The text form: exact, canonical, and clear about mistakes.
#include "fuzz/ops/text.hpp"

#include <gtest/gtest.h>

#include "fuzz/ops/codec.hpp"
#include "fuzz/ops/test/sample.hpp"

namespace umbra::fuzz {
namespace {

std::string error_of(const std::string& text) {
  program p;
  parse_error error;
  if (from_text(text, p, error)) return "none";
  return std::to_string(error.line) + ": " + error.message;
}

TEST(text, says_any_program_exactly) {
  std::mt19937_64 random(5);
  for (int n = 0; n < 2000; ++n) {
    const program p = sample::any_program(random, n % 40);
    const std::string text = to_text(p);
    program back;
    parse_error error;
    ASSERT_TRUE(from_text(text, back, error)) << text << error.line << ": " << error.message;
    ASSERT_TRUE(back == p) << text;
    ASSERT_EQ(to_text(back), text);
  }
}

TEST(text, raw_to_text_to_raw_keeps_the_program) {
  std::mt19937_64 random(6);
  for (int n = 0; n < 2000; ++n) {
    const program p = decode(sample::bytes(random, random() % 300));
    program back;
    parse_error error;
    ASSERT_TRUE(from_text(to_text(p), back, error)) << error.message;
    ASSERT_TRUE(decode(encode(back)) == p);
  }
}

TEST(text, reads_what_people_write) {
  program p;
  parse_error error;
  ASSERT_TRUE(from_text("umbra-ops 1   # a comment\r\n"
                        "\n"
                        "   start pae\n"
                        "cpuid none\n"
                        "# another\n"
                        "\twrite 8200 4 = 0XAbC cpl 3 ac\n"
                        "log 0 on\n"
                        "slot 1 delete",
                        p, error))
      << error.line << error.message;
  EXPECT_EQ(to_text(p),
            "umbra-ops 1\n"
            "start pae\n"
            "scene 1\n"
            "pages 64\n"
            "maxphyaddr 36\n"
            "cpuid none\n"
            "flags wp nxe pse\n"
            "write 0x2008 4 = 0xabc cpl 3 ac\n"
            "log 0 on\n"
            "slot 1 delete\n");
}

TEST(text, every_kind_has_its_line) {
  const std::string ops =
      "read 0x1000 8 cpl 3\nwrite 0x2008 8 = 0x3067 ac implicit\nwrite 0x2008 8 = 0x3067 cpl 3 undecodable\nfetch 0xffff800000000000 cpl 1\ncr0 = 0x80010031\n"
      "cr3 = 0x1000\ncr4 = 0x20\nefer = 0x900\ninvlpg 0x1000\nslot 1 at 0x100000 pages 32 backing 0xc0 read-only logged\n"
      "slot 3 delete\nalias 0 at 0xa0 pages 4 target 0x10\nalias 0 delete\nlog 0 on\nlog 0 off\nread-log 0\nreclaim 20\n"
      "zap-all\nvcpu 1\nrace 3 vcpu 0x1000 8 = 0x1\nrace 0 vmm 0x1000 1 = 0xff\nrace 1 device 0x2000 4 = 0x0\n"
      "poke 0x1000 8 = 0x0\npatch 0x1003 2 = 0x1234\nspeculate 1 0x5000\nexhaust 0x200000 40\n";
  program p;
  parse_error error;
  ASSERT_TRUE(from_text("umbra-ops 1\n" + ops, p, error)) << error.line << error.message;
  EXPECT_EQ(to_text(p), "umbra-ops 1\n" + to_text(setup{}) + ops);
}

TEST(text, mistakes_are_named_with_their_line) {
  const std::string v = "umbra-ops 1\n";
  EXPECT_EQ(error_of(""), "0: the file is empty: the first line must be \"umbra-ops 1\"");
  EXPECT_EQ(error_of("read 0x1000 8\n"), "1: the first line must be \"umbra-ops 1\"");
  EXPECT_EQ(error_of("umbra-ops 2\n"), "1: only version 1 of umbra-ops is known, found \"2\"");
  EXPECT_EQ(error_of(v + "jump 1\n"), "2: no such op or set-up line, found \"jump\"");
  EXPECT_EQ(error_of(v + "\nread\n"), "3: expected an address, a number of at most 64 bits, found the end of the line");
  EXPECT_EQ(error_of(v + "read 0x1000 9\n"), "2: the size must be 1 to 8, found \"9\"");
  EXPECT_EQ(error_of(v + "read 0x1g 8\n"), "2: expected an address, a number of at most 64 bits, found \"0x1g\"");
  EXPECT_EQ(error_of(v + "read 0x10000000000000000 8\n"),
            "2: expected an address, a number of at most 64 bits, found \"0x10000000000000000\"");
  EXPECT_EQ(error_of(v + "write 0x1000 2 = 0x10000\n"), "2: the value must be 0 to 65535, found \"0x10000\"");
  EXPECT_EQ(error_of(v + "write 0x1000 2 5\n"), "2: expected \"=\", found \"5\"");
  EXPECT_EQ(error_of(v + "zap-all now\n"), "2: expected the end of the line, found \"now\"");
  EXPECT_EQ(error_of(v + "zap-all\nscene 1\n"), "3: set-up lines come before the first op");
  EXPECT_EQ(error_of(v + "cpuid nx foo\n"), "2: unknown name, found \"foo\"");
  EXPECT_EQ(error_of(v + "race 1 nobody 0 1 = 0\n"), "2: expected \"vcpu\", \"vmm\" or \"device\", found \"nobody\"");
  EXPECT_EQ(error_of(v + "read 0x0 8 undecodable\n"), "2: expected \"cpl\", \"ac\" or \"implicit\", found \"undecodable\"");
  EXPECT_EQ(error_of(v + "read 0x0 8 cpl 4\n"), "2: the CPL must be 0 to 3, found \"4\"");
}

TEST(text, long_files_are_refused) {
  EXPECT_EQ(error_of("umbra-ops 1\n" + std::string(text_limit, '\n')), "0: the file is longer than 1048576 bytes");
  std::string text = "umbra-ops 1\n";
  for (std::size_t n = 0; n <= op_limit; ++n) text += "zap-all\n";
  EXPECT_EQ(error_of(text), std::to_string(op_limit + 2) + ": a program has at most 4096 ops");
}

TEST(text, is_told_from_raw_bytes) {
  EXPECT_TRUE(is_text("umbra-ops 1\n"));
  EXPECT_FALSE(is_text(std::string_view("\1\0\0", 3)));
}

}  // namespace
}  // namespace umbra::fuzz
