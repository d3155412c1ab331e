// Inputs that crash, hang, eat memory or break a promise are told apart, and reduced to what does it.
#include "tools/triage/probe/isolation.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <ctime>

#include "fuzz/ops/text.hpp"
#include "tools/cli/test/scratch.hpp"
#include "tools/triage/probe/reduce.hpp"

namespace umbra::tools {
namespace {

using std::chrono::milliseconds;

/// Ops that a defect shows at. None of them runs.
class defective : public executor {
 public:
  void run(const specimen& s, sighting& seen) override {
    bool armed = false;
    for (std::size_t n = 0; n < s.program()->ops.size(); ++n) {
      const fuzz::op& o = s.program()->ops[n];
      seen.op = n;
      armed = armed || o.kind == fuzz::kind::reclaim;
      if (o.kind == fuzz::kind::nmi) ::raise(SIGILL);
      if (o.kind == fuzz::kind::zap_all) hang();
      if (o.kind == fuzz::kind::read_log) eat();
      if (o.kind == fuzz::kind::invlpg && armed) return set(seen, "I3", "a promise is broken");
      if (o.kind == fuzz::kind::fetch) return set(seen, "I5", "another one");
    }
    seen.op = fuzz::finding::at_end;
  }
  void run_trapped(const fuzz::program&, const sighting&, store_stacks&) override {}

 private:
  [[gnu::noinline]] static void hang() {
    for (volatile bool forever = true; forever;) {
    }
  }
  static void eat() {
    constexpr std::size_t megabyte = std::size_t{1} << 20, page = 4096;
    for (unsigned n = 0; n < 2048; ++n) {
      auto* some = static_cast<volatile char*>(std::malloc(megabyte));
      if (some == nullptr) return;
      for (std::size_t at = 0; at < megabyte; at += page) some[at] = 1;
      const timespec nap{0, 200'000};
      ::nanosleep(&nap, nullptr);
    }
  }
};

class isolated : public ::testing::Test {
 protected:
  isolated() : in_(who_, {milliseconds(500), std::size_t{700} << 20}, place_.path()) {}

  static specimen program(const std::string& ops) {
    fuzz::program p;
    fuzz::parse_error e;
    EXPECT_TRUE(fuzz::from_text("umbra-ops 1\n" + ops, p, e)) << e.message;
    return specimen(p);
  }
  std::string reduced(const std::string& ops) {
    const specimen s = program(ops);
    const reduction r = reduce(in_, s, in_.run(s), 20);
    EXPECT_TRUE(r.ended);
    std::string text;
    for (const fuzz::op& o : r.least.program()->ops) text += to_text(o) + "\n";
    return text;
  }

  scratch place_;
  defective who_;
  isolation in_;
};

TEST_F(isolated, one_that_ends_well_is_well) {
  const sighting s = in_.run(program("read 0x1000 8\n"));
  EXPECT_TRUE(s.well());
  EXPECT_EQ(s.op, fuzz::finding::at_end);
}

TEST_F(isolated, a_broken_promise_comes_with_its_op) {
  const sighting s = in_.run(program("reclaim 3\nread 0x1000 8\ninvlpg 0x1000\n"));
  EXPECT_STREQ(s.id, "I3");
  EXPECT_EQ(s.op, 2u);
}

TEST_F(isolated, a_death_comes_with_its_op_and_its_signal) {
  const sighting s = in_.run(program("read 0x1000 8\nnmi\n"));
  EXPECT_EQ(s.op, 1u);
  EXPECT_STREQ(s.id, "crash");
  EXPECT_STREQ(s.rule, "SIGILL");
}

/// Dies of whatever it runs, but for one op.
class dying : public executor {
 public:
  void run(const specimen& s, sighting& seen) override {
    if (s.program()->ops.size() != 1) ::raise(SIGILL);
    seen.op = fuzz::finding::at_end;
  }
  void run_trapped(const fuzz::program&, const sighting&, store_stacks&) override {}
};

TEST_F(isolated, what_the_process_has_run_before_does_not_kill_the_input) {
  dying who;
  isolation in(who, {milliseconds(500), std::size_t{700} << 20}, place_.path());
  EXPECT_TRUE(in.run(program("read 0x1000 8\n"), true).well());
}

TEST_F(isolated, one_that_hangs_is_ended_and_says_where_it_was) {
  const sighting s = in_.run(program("zap-all\n"));
  EXPECT_STREQ(s.id, "timeout");
  EXPECT_EQ(s.op, 0u);
  EXPECT_GT(s.stack.count, 0u);
}

TEST_F(isolated, one_that_eats_memory_is_ended) {
  in_.time_limit(milliseconds(20'000));
  EXPECT_STREQ(in_.run(program("read-log 0\n")).id, "memory");
}

TEST_F(isolated, inputs_are_reduced_while_the_same_breaks) {
  EXPECT_EQ(reduced("read 0x1000 8\nreclaim 3\nread 0x2000 8\nwrite 0x1000 4 = 7\ninvlpg 0x1234000\nread 0x1 8\n"),
            "reclaim 0\ninvlpg 0x0\n");
  EXPECT_EQ(reduced("read 0x1000 8\nnmi\nfetch 0x1000\n"), "nmi\n");
}

TEST_F(isolated, deaths_on_the_way_are_no_obstacle) {
  // Of the simpler ones, several die of something else.
  EXPECT_EQ(reduced("reclaim 3\ninvlpg 0x1000\nnmi\n"), "reclaim 0\ninvlpg 0x0\n");
  const std::vector<specimen> all{program("nmi\n"), program("zap-all\n"), program("fetch 0x0\n"),
                                  program("read 0x0 8\n")};
  sighting like;
  set(like, "I5", "");
  EXPECT_EQ(in_.first_alike(all, like), 2u);
  set(like, "timeout", "");
  EXPECT_EQ(in_.first_alike(all, like), 1u);
  set(like, "I1", "");
  EXPECT_EQ(in_.first_alike(all, like), std::nullopt);
}

TEST_F(isolated, hangs_are_reduced) {
  in_.time_limit(milliseconds(100));
  EXPECT_EQ(reduced("read 0x1000 8\nzap-all\n"), "zap-all\n");
}

}  // namespace
}  // namespace umbra::tools
