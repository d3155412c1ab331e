// That no fuzz target gets more of the machine than another.
#include "tools/fuzz/shifts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace umbra::tools {
namespace {

TEST(shifts, give_each_of_two_workers_a_subject_of_its_own) {
  EXPECT_EQ(share_out(2, 2, 60), (std::vector<shift>{{0, 0, 0, 60}, {1, 1, 0, 60}}));
}

TEST(shifts, of_one_worker_follow_each_other) {
  EXPECT_EQ(share_out(2, 1, 60), (std::vector<shift>{{0, 0, 0, 30}, {0, 1, 30, 30}}));
}

TEST(shifts, let_an_odd_worker_change_halfway) {
  EXPECT_EQ(share_out(2, 3, 60), (std::vector<shift>{{0, 0, 0, 60}, {1, 0, 0, 30}, {1, 1, 30, 30}, {2, 1, 0, 60}}));
}

TEST(shifts, are_fair_and_leave_no_worker_idle) {
  for (unsigned subjects = 1; subjects < 6; ++subjects) {
    for (unsigned workers = 1; workers < 9; ++workers) {
      for (const unsigned seconds : {1u, 7u, 60u, 61u, 1'000'000u}) {
        std::vector<unsigned> share(subjects), until(workers);
        std::set<std::pair<unsigned, unsigned>> pairs;
        for (const shift& s : share_out(subjects, workers, seconds)) {
          ASSERT_GT(s.seconds, 0u);
          ASSERT_EQ(s.from, until[s.worker]);
          ASSERT_TRUE(pairs.emplace(s.worker, s.subject).second);
          until[s.worker] += s.seconds;
          share[s.subject] += s.seconds;
        }
        for (const unsigned u : until) ASSERT_EQ(u, seconds);
        const auto [least, most] = std::minmax_element(share.begin(), share.end());
        ASSERT_LE(*most - *least, 1u);
      }
    }
  }
}

}  // namespace
}  // namespace umbra::tools
