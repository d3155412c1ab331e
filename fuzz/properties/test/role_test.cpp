// Roles hold what was put in, all of it, and nothing else.
#include "core/mmu/role.hpp"

#include <tuple>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace umbra::fuzz::properties {
namespace {

/// Everything that a role says, as one value.
struct facts {
  std::uint64_t guest_levels = 0, level = 0, maxphyaddr = 0, quadrant = 0;
  bool direct = false, dirty = false, write = true, user = true, execute = true;
  bool wp = false, nxe = false, smep = false, smap = false, pse = false, gbpages = false;

  bool operator==(const facts&) const = default;
};

void showValue(const facts& f, std::ostream& out) {
  out << "levels " << f.guest_levels << " level " << f.level << " maxphyaddr " << f.maxphyaddr << " quadrant "
      << f.quadrant << " direct " << f.direct << " dirty " << f.dirty << " access " << f.write << f.user << f.execute
      << " wp " << f.wp << " nxe " << f.nxe << " smep " << f.smep << " smap " << f.smap << " pse " << f.pse
      << " gbpages " << f.gbpages;
}

facts read_back(mmu::role r) {
  const mmu::rights a = r.access();
  return {r.guest_levels(), r.level(), r.maxphyaddr(), r.quadrant(), r.direct(), r.dirty(), a.write, a.user,
          a.execute,        r.wp(),    r.nxe(),        r.smep(),     r.smap(),   r.pse(),   r.gbpages()};
}

struct arguments {
  mmu::mode mode{};
  unsigned level = 1;
  std::uint64_t quadrant = 0;
  bool direct = false, dirty = false;
  mmu::rights access{};
};

arguments any_arguments() {
  const auto coin = [] { return *rc::gen::arbitrary<bool>(); };
  arguments a;
  a.mode.format = *rc::gen::element(mmu::paging::none, mmu::paging::bits32, mmu::paging::pae, mmu::paging::level4);
  a.mode.maxphyaddr = *rc::gen::inRange(32u, 53u);
  for (flag mmu::mode::*f : {&mmu::mode::wp, &mmu::mode::nxe, &mmu::mode::smep, &mmu::mode::smap, &mmu::mode::pse,
                             &mmu::mode::gbpages}) {
    a.mode.*f = coin();
  }
  // These are in a page's frame: no part of a role.
  a.mode.root = {*rc::gen::arbitrary<std::uint32_t>()};
  a.mode.pdpte[2] = *rc::gen::arbitrary<std::uint64_t>();
  a.level = *rc::gen::inRange(1u, 5u);
  a.quadrant = *rc::gen::inRange(0u, 4u);
  a.direct = coin();
  a.dirty = coin();
  a.access = {coin(), coin(), coin()};
  return a;
}

mmu::role make(const arguments& a) {
  mmu::role r = mmu::role::of(a.mode, 7 & ~a.level).at_level(a.level).with_quadrant(a.quadrant).with_dirty(a.dirty);
  r = r.with_access(a.access);
  return a.direct ? r.as_direct() : r;
}

facts expected(const arguments& a) {
  facts f{levels_of(a.mode.format), a.level, 0, a.quadrant, a.direct, a.dirty, a.access.write, a.access.user,
          a.access.execute};
  if (a.mode.format == mmu::paging::none) return f;
  f.maxphyaddr = a.mode.maxphyaddr;
  f.wp = a.mode.wp, f.nxe = a.mode.nxe, f.smep = a.mode.smep, f.smap = a.mode.smap, f.pse = a.mode.pse;
  f.gbpages = a.mode.gbpages;
  return f;
}

RC_GTEST_PROP(role, says_what_it_was_made_of, ()) {
  const arguments a = any_arguments();
  RC_ASSERT(read_back(make(a)) == expected(a));
}

RC_GTEST_PROP(role, equals_another_exactly_if_all_fields_do, ()) {
  const arguments a = any_arguments();
  // Either unrelated, or different in one thing at most: chance alone would hardly make two equal.
  arguments b = *rc::gen::arbitrary<bool>() ? any_arguments() : a;
  const arguments c = any_arguments();
  switch (*rc::gen::inRange(0, 8)) {
    case 0: b.level = c.level; break;
    case 1: b.quadrant = c.quadrant; break;
    case 2: b.direct = c.direct; break;
    case 3: b.dirty = c.dirty; break;
    case 4: b.access = c.access; break;
    case 5: b.mode.maxphyaddr = c.mode.maxphyaddr; break;
    case 6: b.mode.wp = c.mode.wp, b.mode.smap = c.mode.smap; break;
    default: b.mode.nxe = c.mode.nxe, b.mode.smep = c.mode.smep, b.mode.gbpages = c.mode.gbpages; break;
  }
  RC_ASSERT((make(a) == make(b)) == (expected(a) == expected(b)));
  RC_ASSERT((make(a).packed() == make(b).packed()) == (expected(a) == expected(b)));
}

RC_GTEST_PROP(role, changes_one_field_at_a_time, ()) {
  const mmu::role before = make(any_arguments());
  const arguments a = any_arguments();
  const auto only = [&before](mmu::role after, auto change) {
    facts due = read_back(before);
    change(due);
    RC_ASSERT(read_back(after) == due);
  };
  only(before.at_level(a.level), [&](facts& f) { f.level = a.level; });
  only(before.with_quadrant(a.quadrant), [&](facts& f) { f.quadrant = a.quadrant; });
  only(before.as_direct(), [](facts& f) { f.direct = true; });
  only(before.with_dirty(a.dirty), [&](facts& f) { f.dirty = a.dirty; });
  only(before.with_access(a.access), [&](facts& f) {
    f.write = a.access.write, f.user = a.access.user, f.execute = a.access.execute;
  });
}

}  // namespace
}  // namespace umbra::fuzz::properties
