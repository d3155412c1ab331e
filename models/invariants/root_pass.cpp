// The roots that vCPUs run on, against the guest's own registers.
#include "core/platform/platform.hpp"
#include "models/invariants/chain_walk.hpp"
#include "models/invariants/passes.hpp"
#include "models/reference/formats.hpp"

namespace umbra::invariants::passes {

namespace {

constexpr unsigned roots_a_vcpu = 4;

violation wrong(const char* what, unsigned page, unsigned vcpu, std::uint64_t expected, std::uint64_t found) {
  return {id::i10_roots, what, page, vcpu, expected, found};
}

/// What the n-th root of a vCPU with these registers shadows.
struct root_plan {
  bool present = true;
  bool may_be_missing = false;  ///< a directory in a hole has no shadow; nor has one that a slot was put under since
  bool direct = false;
  std::uint64_t frame = 0;  ///< gfn, aliases not resolved
  unsigned level = 2, quadrant = 0;
};

root_plan plan(const reference::registers& r, mmu::paging format, unsigned n) {
  root_plan p;
  switch (format) {
    case mmu::paging::none:
      p.direct = true;
      p.frame = std::uint64_t{n} << 18;
      break;
    case mmu::paging::bits32:
      p.frame = reference::bits32::root(r, 0) >> page_shift;
      p.quadrant = n;
      break;
    case mmu::paging::pae: {
      const std::uint64_t linear = std::uint64_t{n} << 30;
      p.present = reference::pae::root_present(r, linear);
      p.may_be_missing = true;
      p.frame = reference::pae::root(r, linear) >> page_shift;
      break;
    }
    case mmu::paging::level4:
      p.present = n == 0;
      p.frame = reference::level4::root(r, 0) >> page_shift;
      p.level = 4;
      break;
  }
  return p;
}

violation root(const subject& s, const mmu::context& c, mode_key mode, unsigned n) {
  const reference::registers& r = s.registers[c.vcpu];
  const root_plan want = plan(r, mode.format(), n);
  const mmu::page* have = c.roots[n];
  if (have == nullptr) {
    if (!want.present || want.may_be_missing) return {};
    return wrong("a loaded vCPU has the roots that its mode needs (expected: the guest frame)", violation::no_page,
                 c.vcpu, want.frame, 0);
  }
  if (have->state != mmu::page_state::live)
    return wrong("the roots of a loaded vCPU are live", have->ordinal, c.vcpu,
                 static_cast<unsigned>(mmu::page_state::live), static_cast<unsigned>(have->state));
  if (!want.present)
    return wrong("a vCPU has no root where its mode has none", have->ordinal, c.vcpu, 0, have->frame.value);
  const std::uint64_t frame = want.direct ? want.frame : s.map.find(want.frame).canonical;
  if (have->frame.value != frame)
    return wrong("a root shadows the table that the vCPU's registers name", have->ordinal, c.vcpu, frame,
                 have->frame.value);
  const mode_key its = key_of(have->role);
  if (its != mode)
    return wrong("a root is for the mode that the vCPU's registers say", have->ordinal, c.vcpu, mode.bits, its.bits);
  const mmu::rights a = have->role.access();
  if (!(a.write && a.user && a.execute))
    return wrong("a root inherits no restriction", have->ordinal, c.vcpu, 0, have->role.packed());
  if (have->role.level() != want.level || have->role.quadrant() != want.quadrant || have->role.direct() != want.direct)
    return wrong(
        "a root has the level and quadrant of its place, and is direct only while paging is off (expected: level, "
        "quadrant, direct)",
        have->ordinal, c.vcpu, want.level << 8 | want.quadrant << 4 | want.direct, have->role.packed());
  return {};
}

}  // namespace

violation roots_of(const subject& s, const mmu::context& c) {
  if (c.vcpu >= s.registers.size())
    return wrong("a context belongs to one of the vCPUs", violation::no_page, c.vcpu, s.registers.size(), c.vcpu);
  const mode_key mode = key_of(s.registers[c.vcpu]);
  const bool in_memory = mode.format() == mmu::paging::level4;
  for (unsigned n = 0; n < roots_a_vcpu; ++n) {
    const mmu::page* have = c.roots[n];
    if (have != nullptr) {
      if (ordinal_of(s.view, have) == s.view.pages())
        return wrong("a root is a page of the pool", violation::no_page, c.vcpu, 0, n);
      if (have->state != mmu::page_state::live && have->state != mmu::page_state::invalid)
        return wrong("a page is not freed while it is a vCPU's root", have->ordinal, c.vcpu,
                     static_cast<unsigned>(mmu::page_state::live), static_cast<unsigned>(have->state));
    }
    if (c.loaded) {
      if (const violation v = root(s, c, mode, n)) return v;
    }
    const std::uint64_t pointer =
        have == nullptr || in_memory ? 0 : have->where.value << page_shift | x86::entry::present;
    if (c.pae_roots->get(n) != pointer)
      return wrong("the directory pointers that hardware loads are the vCPU's roots",
                   have ? have->ordinal : violation::no_page, c.vcpu, pointer, c.pae_roots->get(n));
  }
  return {};
}

violation roots(const subject& s, workspace& w) {
  std::uint64_t roots = 0;
  for (unsigned n = 0; n < s.view.contexts(); ++n) {
    const mmu::context* c = s.view.context_at(n);
    if (c == nullptr) continue;
    if (const violation v = roots_of(s, *c)) return v;
    for (const mmu::page* root : c->roots) {
      if (root == nullptr) continue;
      w.add_root(root->ordinal);
      ++roots;
    }
  }
  bool right = w.pool().roots == roots;
  for (unsigned n = 0; n < s.view.contexts(); ++n) {
    const mmu::context* c = s.view.context_at(n);
    if (c == nullptr) continue;
    for (const mmu::page* root : c->roots) right &= root == nullptr || root->root_count == w.roots(root->ordinal);
  }
  for (unsigned n = 0; n < s.view.pages() && !right; ++n) {
    const mmu::page& p = s.view.page_at(n);
    if (p.root_count != w.roots(n))
      return {id::i10_roots, "a page knows how many vCPU roots it is", n, 0, w.roots(n), p.root_count};
  }
  return {};
}

}  // namespace umbra::invariants::passes
