// A guest's access and the scene that is made of it go the same way: by the model, step by step.
#include "tools/triage/probe/cpu_scene.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "fuzz/guest/host/expectation.hpp"
#include "fuzz/guest/shared/given.hpp"
#include "fuzz/ops/text.hpp"
#include "fuzz/properties/draw.hpp"
#include "fuzz/world/guest_view.hpp"
#include "models/reference/walk.hpp"

namespace umbra::tools {
namespace {

struct counts {
  unsigned accesses = 0, faults = 0, refused = 0;
  std::set<opguest::format> formats;
  std::set<std::uint64_t> error_codes;
};

/// The walk in the world, as far as a scene should repeat it.
reference::translation in_world(fuzz::world& w, const fuzz::op& o, const opguest::probe& p) {
  const reference::registers& r = w.registers(w.current());
  const std::uint64_t gva = reference::uses_4level(r)
                                ? static_cast<std::uint64_t>(static_cast<std::int64_t>(o.address << 16) >> 16)
                                : o.address & 0xffff'ffff;
  return reference::walk(fuzz::guest_view(w.map(), w.hardware().memory()), r, gva, opguest::access_for(p));
}

void compare(fuzz::world& w, const fuzz::op& o, counts& all) {
  std::string why;
  const auto s = scene_of(w, o, why);
  all.refused += !why.empty();
  if (!s) return;
  ++all.accesses;
  ASSERT_TRUE(opguest::can_be_given(*s));
  const x86::features& f = w.registers(w.current()).cpuid;
  const opguest::environment machine{.maxphyaddr = static_cast<std::uint8_t>(f.maxphyaddr),
                                     .no_execute = f.nx,
                                     .long_mode = f.long_mode,
                                     .gbpages = f.gbpages,
                                     .smep = f.smep,
                                     .smap = f.smap,
                                     .far_memory = true};
  opguest::table_memory memory;
  memory.load(*s);
  const opguest::probe& p = s->probes[0];
  const auto there = reference::walk(memory, opguest::registers_for(machine, *s, p), p.gva, opguest::access_for(p));
  const auto here = in_world(w, o, p);
  EXPECT_FALSE(memory.take_strayed()) << to_text(o);
  EXPECT_EQ(there.faults, here.faults) << to_text(o);
  EXPECT_EQ(there.error_code, here.error_code) << to_text(o);
  ASSERT_EQ(there.steps, here.steps) << to_text(o);
  for (unsigned n = 0; n < here.steps; ++n) EXPECT_EQ(there.used[n].set, here.used[n].set) << to_text(o);
  all.faults += here.faults;
  all.formats.insert(s->mode);
  if (here.faults) all.error_codes.insert(here.error_code);
}

TEST(cpu_scene, goes_the_way_of_the_access) {
  const auto w = std::make_unique<fuzz::world>();
  counts all;
  for (unsigned seed = 1; seed <= 300; ++seed) {
    const fuzz::program p = fuzz::properties::draw(seed, 12);
    bool well = w->start(p.setup);
    for (std::size_t n = 0; well && n < p.ops.size(); ++n) {
      compare(*w, p.ops[n], all);
      if (testing::Test::HasFailure()) FAIL() << to_text(p);
      well = w->step(p.ops[n]);
    }
    w->finish();
  }
  EXPECT_GT(all.accesses, 1000u);
  EXPECT_GT(all.faults, 100u);
  EXPECT_EQ(all.formats.size(), 4u);
  EXPECT_GT(all.error_codes.size(), 6u);
  EXPECT_LT(all.refused, all.accesses / 10);
}

}  // namespace
}  // namespace umbra::tools
