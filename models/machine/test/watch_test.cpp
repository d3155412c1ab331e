// The machine sees each store to a table: which lines hold something, and whether a processor may know better.
#include "models/machine/test/hand_built.hpp"

namespace umbra::machine {
namespace {

class watch : public hand_built {
 protected:
  std::uint64_t lines(const table* t) { return m.tables().lines_of(t); }
};

TEST_F(watch, a_line_is_noted_by_set_and_by_exchange) {
  table* t = new_table();
  EXPECT_EQ(lines(t), 0u);
  t->set(7, 1);
  EXPECT_EQ(lines(t), 1u);
  t->exchange(8, 1);
  t->set(511, 1);
  EXPECT_EQ(lines(t), 1u << 0 | 1u << 1 | std::uint64_t{1} << 63);
  t->exchange(8, 0);
  EXPECT_EQ(lines(t), 1u << 0 | 1u << 1 | std::uint64_t{1} << 63) << "it may hold something: nobody has looked";
  EXPECT_EQ(lines(new_table()), 0u);
}

TEST_F(watch, what_a_processor_has_read_is_weakened_by_a_replacement) {
  build_level4();
  enter_level4();
  const std::uint64_t index = where >> 12 & 511;
  pt->set(index, frame(0) | leaf_bits);
  EXPECT_FALSE(m.take_weakened()) << "nobody has read the table";

  expect_at(access(where), frame(0));
  pt->set(index + 20, frame(1) | leaf_bits);
  pt->set(index, pt->get(index) & ~(bit::accessed | bit::dirty));
  EXPECT_FALSE(m.take_weakened()) << "a new entry, and marks, take nothing back";
  pt->exchange(index, pt->get(index) & ~bit::write);
  EXPECT_TRUE(m.take_weakened());
  EXPECT_FALSE(m.take_weakened()) << "once is enough";
  pd->set(where >> 21 & 511, 0);
  EXPECT_TRUE(m.take_weakened());
}

TEST_F(watch, stores_that_change_something_are_listed) {
  table* t = new_table();
  m.take_stores();
  t->set(7, 1);
  t->set(7, 1);
  t->exchange(300, 0x21);
  t->set(300, 0x61);
  const stores s = m.take_stores();
  ASSERT_EQ(s.size(), 3u);
  EXPECT_FALSE(s.incomplete());
  for (std::uint32_t n = 0; n < s.size(); ++n) {
    EXPECT_EQ(s.table(n), m.tables().number_of(t));
    EXPECT_EQ(s.index(n), n == 0 ? 7u : 300u);
  }
  EXPECT_TRUE(m.take_stores().empty());
}

TEST_F(watch, marks_in_a_table_that_a_processor_reads_change_nothing) {
  build_level4();
  enter_level4();
  expect_at(access(where), frame(0));
  m.take_stores();
  const std::uint64_t index = where >> 12 & 511;
  pt->set(index, pt->get(index) ^ (bit::accessed | bit::dirty));
  EXPECT_TRUE(m.take_stores().empty());
  pt->set(index, pt->get(index) ^ bit::write);
  EXPECT_EQ(m.take_stores().size(), 1u);
}

TEST_F(watch, more_stores_than_the_log_holds_are_known_to_be_missing) {
  table* t = new_table();
  m.take_stores();
  for (unsigned n = 0; n < umbra::watch::store_log::size; ++n) t->set(n, 1);
  EXPECT_FALSE(m.take_stores().incomplete());
  for (unsigned n = 0; n <= umbra::watch::store_log::size; ++n) t->set(n, 2);
  EXPECT_TRUE(m.take_stores().incomplete());
}

TEST_F(watch, a_reset_forgets_stores) {
  new_table()->set(0, 1);
  m.reset();
  EXPECT_TRUE(m.take_stores().empty());
}

TEST_F(watch, tables_of_two_machines_are_told_apart) {
  machine other;
  table* theirs = platform::allocate_table(other.host());
  table* ours = new_table();
  theirs->set(0, 1);
  ours->set(80, 1);
  EXPECT_EQ(lines(ours), 1u << 10);
  EXPECT_EQ(other.tables().lines_of(theirs), 1u);
}

TEST(watch_of_no_arena, a_table_elsewhere_is_nobodys_business) {
  static table alone;
  alone.set(5, 5);
  EXPECT_EQ(alone.exchange(5, 0), 5u);
}

}  // namespace
}  // namespace umbra::machine
