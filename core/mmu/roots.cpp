// The roots that a vCPU runs on.

#include "core/mmu/guest_format.hpp"
#include "core/mmu/mmu.hpp"
#include "core/mmu/shadow_format.hpp"
#include "core/platform/assert.hpp"
#include "core/platform/lock.hpp"

namespace umbra::mmu {

void mmu::set_mode(context& c, const mode& m) {
  platform::guard locked(host_);
  release_roots(c);
  c.mode = m;
  ++counters_.tlb_flush;
  platform::flush_vcpu(host_, c.vcpu);
}

verdict mmu::load(context& c, word& cr3) {
  platform::guard locked(host_);
  if (!c.loaded) {
    release_roots(c);
    make_room();
    if (!build_roots(c)) return verdict::shutdown;
    ++counters_.root_load;
  }
  cr3 = c.mode.format == paging::level4 ? address_of(c.roots[0]->where).value
                                        : platform::address_of(host_, c.pae_roots).value;
  return verdict::resume;
}

bool mmu::build_roots(context& c) {
  const mode& m = c.mode;
  switch (m.format) {
    case paging::none:
      for (unsigned n = 0; n < roots_a_vcpu; ++n) {
        constexpr unsigned frames_a_gib_shift = 18;
        const gfn first{word{static_cast<std::uint64_t>(n) << frames_a_gib_shift}};
        add_root(c, n, first, role::of(m, 2).as_direct().with_dirty(true), 2, true);
      }
      break;
    case paging::bits32: {
      const memory::lookup table = memory_.find(m.root);
      if (table.backing == nullptr) return false;
      for (unsigned n = 0; n < roots_a_vcpu; ++n) {
        add_root(c, n, table.canonical, role::of(m, 2).with_quadrant(word{n}), 2, false);
      }
      break;
    }
    case paging::pae:
      for (unsigned n = 0; n < roots_a_vcpu; ++n) {
        if (!has(m.pdpte[n], x86::entry::present)) continue;
        const memory::lookup table = memory_.find(format_pae::frame(m.pdpte[n]));
        // A directory outside memory reads as not present; should a slot appear there, fault() asks for new roots.
        if (table.backing != nullptr) add_root(c, n, table.canonical, role::of(m, 2), 2, false);
      }
      break;
    case paging::level4: {
      const memory::lookup table = memory_.find(m.root);
      if (table.backing == nullptr) return false;
      add_root(c, 0, table.canonical, role::of(m, 4), 4, false);
      break;
    }
  }
  c.loaded = true;
  commit();
  return true;
}

void mmu::add_root(context& c, unsigned n, gfn table, role r, unsigned level, bool direct) {
  bool built;
  page& root = find_or_build(c, table, r, level, direct, built);
  touch(root);
  ++root.root_count;
  c.roots[n] = &root;
  if (c.mode.format != paging::level4) c.pae_roots->set(word{n}, shadow::directory_pointer(root.where));
}

void mmu::release_roots(context& c) {
  for (unsigned n = 0; n < roots_a_vcpu; ++n) {
    page* root = c.roots[n];
    c.roots[n] = nullptr;
    c.pae_roots->set(word{n}, word{0});
    if (root == nullptr) continue;
    UMBRA_ASSERT(root->root_count > 0);
    // The flush that came with its zapping sent this vCPU out of guest mode, so nothing remembers an invalid root.
    if (--root->root_count == 0 && root->state == page_state::invalid) pool_.give(*root);
  }
  c.loaded = false;
}

}  // namespace umbra::mmu
