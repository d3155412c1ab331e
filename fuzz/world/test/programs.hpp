// Short ways to write programs down, and a world that keeps its last finding for the message.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "fuzz/ops/text.hpp"
#include "fuzz/world/world.hpp"

namespace umbra::fuzz {

inline program parsed(const std::string& text) {
  program p;
  parse_error e;
  if (!from_text("umbra-ops 1\n" + text, p, e)) ADD_FAILURE() << "line " << e.line << ": " << e.message;
  return p;
}

inline op parsed_op(const std::string& line) { return parsed(line + "\n").ops.at(0); }

inline std::string last(const world& w) {
  const finding* f = w.last_finding();
  return f == nullptr ? "no finding" : std::string(f->id) + ": " + f->text;
}

/// What an access came to, for tests that look at it.
class witness : public observer {
 public:
  void begins(std::size_t, const op&) override {}
  void enters(unsigned, mmu::verdict) override {}
  void exits(const exit_event&) override {}
  void emulates(std::uint64_t, mmu::verdict) override {}
  void expects(std::uint64_t, const reference::translation&) override {}
  void accessed(const op&, const outcome& o) override { seen = o; }
  void answered(bool taken, const char*) override { answer = taken; }
  void ends(std::size_t, const op&, const finding*) override {}

  outcome seen{};
  bool answer = false;
};

class world_test : public testing::Test {
 protected:
  world_test() : w(std::make_unique<world>()) { w->watch(&eyes); }

  void start(const std::string& lines) { EXPECT_TRUE(w->start(parsed(lines).setup)) << last(*w); }
  /// One op that must go well.
  void step(const std::string& line) { EXPECT_TRUE(w->step(parsed_op(line))) << line << ": " << last(*w); }
  outcome access(const std::string& line) {
    step(line);
    return eyes.seen;
  }
  void expect_finding(const std::string& id) {
    ASSERT_NE(w->last_finding(), nullptr);
    EXPECT_EQ(w->last_finding()->id, id) << w->last_finding()->text;
  }
  void finish() { EXPECT_TRUE(w->finish()) << last(*w); }
  static std::uint64_t host(std::uint64_t page) { return (machine::first_guest_frame + page) << 12; }

  std::unique_ptr<world> w;
  witness eyes;
};

}  // namespace umbra::fuzz
