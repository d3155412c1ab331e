// A guest's write to a register and the scene that is made of it: the model refuses both or neither.
#include "tools/triage/probe/register_scene.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "fuzz/guest/host/replay.hpp"
#include "fuzz/guest/shared/given.hpp"
#include "fuzz/ops/text.hpp"
#include "fuzz/properties/draw.hpp"

namespace umbra::tools {
namespace {

/// A processor that has all that any guest's has, and more: the one that is asked is not the guest's.
constexpr opguest::environment other{.maxphyaddr = 40,
                                     .no_execute = true,
                                     .long_mode = true,
                                     .gbpages = true,
                                     .smep = true,
                                     .smap = true,
                                     .far_memory = false};

struct counts {
  std::map<opguest::kind, unsigned> taken, refused;
  std::set<opguest::format> formats;
  std::set<std::string> reasons;
};

/// What it makes of the scene, if it does what the model says.
opguest::register_write in_scene(const opguest::scene& s) {
  return *opguest::judged(other, s, {}, opguest::engine_kind::bochs).written;
}

void step(fuzz::world& w, const fuzz::op& o, counts& all, bool& well) {
  std::string why;
  const auto s = register_scene_of(w, o, why);
  const unsigned cpu = w.current();
  const reference::registers before = w.registers(cpu);
  well = w.step(o);
  if (!why.empty()) all.reasons.insert(why);
  if (!s || !well) return;
  ASSERT_TRUE(opguest::can_be_given(*s));
  const auto& after = w.registers(cpu);
  const bool same = after.cr0 == before.cr0 && after.cr3 == before.cr3 && after.cr4 == before.cr4 &&
                    after.efer == before.efer && after.pdpte == before.pdpte;
  const opguest::register_write due = in_scene(*s);
  if (due.refused) EXPECT_TRUE(same) << to_text(o);
  const opguest::kind k = s->probes[0].what;
  constexpr std::uint64_t low = 0xffff'ffff, without_defaults = low & ~std::uint64_t{0x6000'003e};
  if (!due.refused && k == opguest::kind::set_cr3) EXPECT_EQ(after.cr3 & low, o.value & low) << to_text(o);
  if (!due.refused && k == opguest::kind::set_cr4) EXPECT_EQ(due.reads_as & low, after.cr4 & low) << to_text(o);
  if (!due.refused && k == opguest::kind::set_efer) EXPECT_EQ(due.reads_as & low, after.efer & low) << to_text(o);
  if (!due.refused && k == opguest::kind::set_cr0) {
    EXPECT_EQ(due.reads_as & without_defaults, after.cr0 & without_defaults) << to_text(o);
  }
  ++(due.refused ? all.refused : all.taken)[k];
  all.formats.insert(s->mode);
}

TEST(register_scene, is_refused_where_the_write_is) {
  const auto w = std::make_unique<fuzz::world>();
  counts all;
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    const fuzz::program p = fuzz::properties::draw(seed, 12);
    bool well = w->start(p.setup);
    for (std::size_t n = 0; well && n < p.ops.size(); ++n) {
      step(*w, p.ops[n], all, well);
      if (testing::Test::HasFailure()) FAIL() << to_text(p);
    }
    w->finish();
  }
  for (const opguest::kind k :
       {opguest::kind::set_cr0, opguest::kind::set_cr3, opguest::kind::set_cr4, opguest::kind::set_efer}) {
    EXPECT_GT(all.taken[k], 10u) << static_cast<unsigned>(k);
    EXPECT_GT(all.refused[k], 3u) << static_cast<unsigned>(k);
  }
  EXPECT_EQ(all.formats.size(), 3u);
  EXPECT_GE(all.reasons.size(), 3u);
}

}  // namespace
}  // namespace umbra::tools
