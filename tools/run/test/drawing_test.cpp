// The drawing of both trees: what is in it, and that each way for a shadow entry to be wrong is marked.
#include "tools/run/drawing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "core/mmu/view.hpp"
#include "core/x86/entry.hpp"
#include "fuzz/ops/text.hpp"
#include "tools/run/drawn.hpp"
#include "tools/run/shadow_tree.hpp"

namespace umbra::tools {
namespace {

using nlohmann::json;

class drawing : public testing::Test {
 protected:
  void run(const std::string& lines) {
    fuzz::program p;
    fuzz::parse_error e;
    ASSERT_TRUE(fuzz::from_text("umbra-ops 1\n" + lines, p, e)) << e.message;
    ASSERT_TRUE(world_->start(p.setup));
    for (const fuzz::op& o : p.ops) ASSERT_TRUE(world_->step(o));
  }

  /// The table that holds the shadow's entry of `level` for an address, and the index there.
  std::pair<table*, unsigned> entry_for(std::uint64_t gva, unsigned level) const {
    const mmu::view v(world_->shadow());
    const mmu::page* p = world_->guest(0).context().roots[0];
    while (p->level > level) {
      p = v.page_of({(p->entries->get(gva >> (12 + 9 * (p->level - 1)) & 511) & x86::entry::address_mask) >> 12});
    }
    return {p->entries, static_cast<unsigned>(gva >> (12 + 9 * (level - 1)) & 511)};
  }

  void spoil(std::uint64_t gva, unsigned level, const std::function<word(word)>& change) const {
    const auto [where, index] = entry_for(gva, level);
    where->set(index, change(where->get(index)));
  }

  json draw(std::optional<std::uint64_t> gva) const { return drawing_of(*world_, 0, gva); }

  std::unique_ptr<fuzz::world> world_ = std::make_unique<fuzz::world>();
};

/// What is said of an address, from the top of a tree down: "" if nothing is wrong on its path.
std::string wrong_on_path(const json& table) {
  for (const json& e : table["entries"]) {
    if (!e["on_path"].get<bool>()) continue;
    return e.contains("table") ? wrong_on_path(e["table"]) : e["wrong"].get<std::string>();
  }
  return "no path";
}

const std::string setup = "start level4\nscene 1\nflags wp nxe\n";

TEST_F(drawing, marks_the_path_in_both_trees) {
  run(setup + "read 0x400000 8\n");
  const json d = draw(0x400000);
  EXPECT_EQ(d["address"], "0x400000");
  EXPECT_EQ(d["guest"]["level"], 4);
  EXPECT_EQ(d["shadow"]["level"], 4);
  EXPECT_EQ(wrong_on_path(d["guest"]), "");
  EXPECT_EQ(wrong_on_path(d["shadow"]), "");
  ASSERT_EQ(d["cached"].size(), 1u);
  EXPECT_EQ(d["cached"][0], "vCPU 0, VPID 1: host frame 0x15a000090, wux, dirty");
}

TEST_F(drawing, knows_each_format) {
  for (const auto& [mode, level] : {std::pair{"bits32", 2}, std::pair{"pae", 3}, std::pair{"paging_off", 0}}) {
    run(std::string("start ") + mode + "\nscene 1\nread 0x1000 8\n");
    const json d = draw(0x1000);
    EXPECT_EQ(d["guest"]["level"], level) << mode;
    EXPECT_EQ(d["shadow"]["level"], 3) << mode;
    EXPECT_EQ(wrong_on_path(d["shadow"]), "") << mode;
  }
}

TEST_F(drawing, finds_the_address_where_the_trees_disagree) {
  run(setup + "read 0x400000 8\nread 0x401000 8\n");
  EXPECT_TRUE(draw(std::nullopt)["address"].is_null());
  spoil(0x401000, 1, [](word e) { return e ^ 0x1000; });
  const json d = draw(std::nullopt);
  EXPECT_EQ(d["address"], "0x401000");
  EXPECT_THAT(wrong_on_path(d["shadow"]), testing::HasSubstr("the guest's tables lead to"));
  EXPECT_EQ(wrong_on_path(d["guest"]), "the shadow says something else");
}

TEST_F(drawing, shows_what_is_wrong_elsewhere_if_the_address_is_well) {
  run(setup + "read 0x400000 8\nread 0x401000 8\n");
  spoil(0x401000, 1, [](word e) { return e ^ 0x1000; });
  EXPECT_EQ(draw(0x400000)["address"], "0x401000");
}

TEST_F(drawing, sees_a_right_that_the_guest_denies) {
  run(setup + "read 0x400000 8\nwrite 0xd000 8 = 0x90021\nread 0x400000 8\n");
  EXPECT_EQ(wrong_on_path(draw(0x400000)["shadow"]), "");
  spoil(0x400000, 1, [](word e) { return e | x86::entry::user; });
  EXPECT_THAT(wrong_on_path(draw(0x400000)["shadow"]), testing::HasSubstr("lets user mode read"));
}

TEST_F(drawing, sees_a_table_that_is_writable) {
  run(setup + "read 0x400000 8\nread 0xd000 8\n");
  spoil(0xd000, 1, [](word e) { return e | x86::entry::write; });
  EXPECT_THAT(wrong_on_path(draw(0xd000)["shadow"]), testing::HasSubstr("is the table of page"));
}

TEST_F(drawing, sees_a_link_that_leads_nowhere) {
  run(setup + "read 0x400000 8\n");
  spoil(0x400000, 2, [](word e) { return e + 0x5000000; });
  EXPECT_EQ(wrong_on_path(draw(0x400000)["shadow"]), "leads to no shadow page of the level below");
}

TEST(drawn_table, joins_like_entries_to_runs) {
  drawn_table t{.name = "", .level = 1};
  for (unsigned n = 0; n < 5; ++n) {
    t.add({.first = n, .bits = n == 3 ? "P" : "P W", .target = "", .frame = 7 + n, .wrong = ""});
  }
  ASSERT_EQ(t.entries.size(), 3u);
  EXPECT_EQ(t.entries[0].count, 3u);
  EXPECT_EQ(t.entries[2].first, 4u);
}

TEST(drawn_budget, has_room_for_what_is_wrong) {
  drawn_budget budget;
  drawn_table t{.name = "", .level = 1};
  unsigned refused = 0;
  for (unsigned n = 0; n < 200; n += 2) {
    drawn_entry e{.first = n, .bits = "P", .target = "", .wrong = n == 198 ? "all of it" : ""};
    if (budget.take(t, e)) {
      t.add(e);
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, 0u);
  EXPECT_TRUE(t.holds_wrong());
}

}  // namespace
}  // namespace umbra::tools
