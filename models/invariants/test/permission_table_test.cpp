// The table of sound leaf rights, against the rules spelt out.
#include "models/invariants/permission_table.hpp"

#include <gtest/gtest.h>

namespace umbra::invariants {
namespace {

const permission_table table;
constexpr unsigned w = right::write, u = right::user, x = right::execute;

TEST(permission_table, a_path_serves_itself) {
  for (unsigned modifiers = 0; modifiers < 8; ++modifiers) {
    for (unsigned path = 0; path <= right::all; ++path)
      EXPECT_TRUE(table.grants_no_more(path, path, modifiers & 1, modifiers & 2, modifiers & 4))
          << modifiers << ' ' << path;
  }
}

TEST(permission_table, less_is_sound_but_for_the_user_bit) {
  for (unsigned modifiers = 0; modifiers < 8; ++modifiers) {
    for (unsigned path = 0; path <= right::all; ++path) {
      EXPECT_TRUE(table.grants_no_more(path & ~w, path, modifiers & 1, modifiers & 2, modifiers & 4));
      EXPECT_TRUE(table.grants_no_more(path & ~x, path, modifiers & 1, modifiers & 2, modifiers & 4));
    }
  }
  // A user's page that poses as the supervisor's escapes SMEP and SMAP.
  EXPECT_TRUE(table.grants_no_more(w | x, w | u | x, true, false, false));
  EXPECT_FALSE(table.grants_no_more(w | x, w | u | x, true, true, false));
  EXPECT_TRUE(table.grants_no_more(w, w | u | x, true, true, false));
  EXPECT_FALSE(table.grants_no_more(w, w | u | x, true, false, true));
}

TEST(permission_table, more_is_not) {
  for (unsigned path = 0; path <= right::all; ++path) {
    for (unsigned leaf = 0; leaf <= right::all; ++leaf) {
      if (leaf & ~path) EXPECT_FALSE(table.grants_no_more(leaf, path, true, false, false)) << leaf << ' ' << path;
    }
  }
}

TEST(permission_table, a_supervisor_writes_read_only_pages_while_wp_is_0) {
  EXPECT_TRUE(table.grants_no_more(w | x, u | x, false, false, false));
  EXPECT_FALSE(table.grants_no_more(w | u | x, u | x, false, false, false)) << "the user must not";
  EXPECT_FALSE(table.grants_no_more(w | x, u | x, true, false, false)) << "not with WP";
  EXPECT_FALSE(table.grants_no_more(w | x, u | x, false, true, false)) << "a supervisor's fetch, under SMEP";
  EXPECT_TRUE(table.grants_no_more(w, u | x, false, true, false));
  EXPECT_FALSE(table.grants_no_more(w, u | x, false, false, true)) << "AC=0, under SMAP";
  EXPECT_TRUE(table.grants_no_more(w | x, x, false, true, true)) << "a supervisor's own page";
}

}  // namespace
}  // namespace umbra::invariants
