// The roots of one vCPU that were found good, and all that this was judged by but the memory map. While both stay as
// they are, they need not be judged again.
#pragma once

#include <array>

#include "models/invariants/subject.hpp"

namespace umbra::invariants {

class known_roots {
 public:
  void forget() { context_ = nullptr; }

  /// Whether nothing has changed since learn().
  bool same(const mmu::context& c, const reference::registers& r) const {
    if (context_ != &c || loaded_ != c.loaded || roots_ != c.roots) return false;
    if (cr0_ != r.cr0 || cr3_ != r.cr3 || cr4_ != r.cr4 || efer_ != r.efer || pdptes_ != r.pdpte) return false;
    for (unsigned n = 0; n < count; ++n) {
      if (pointers_[n] != c.pae_roots->get(n)) return false;
      const mmu::page* p = roots_[n];
      if (p == nullptr) continue;
      const root& known = pages_[n];
      if (known.state != p->state || known.frame != p->frame.value || known.role != p->role.packed()) return false;
    }
    return true;
  }

  /// The roots are good. Each is a page of the pool, or null.
  void learn(const mmu::context& c, const reference::registers& r) {
    context_ = &c;
    loaded_ = c.loaded;
    roots_ = c.roots;
    cr0_ = r.cr0, cr3_ = r.cr3, cr4_ = r.cr4, efer_ = r.efer, pdptes_ = r.pdpte;
    for (unsigned n = 0; n < count; ++n) {
      pointers_[n] = c.pae_roots->get(n);
      if (const mmu::page* p = roots_[n]) pages_[n] = {p->state, p->frame.value, p->role.packed()};
    }
  }

 private:
  static constexpr unsigned count = 4;
  struct root {
    mmu::page_state state;
    word frame, role;
  };

  const mmu::context* context_ = nullptr;
  bool loaded_ = false;
  std::array<mmu::page*, count> roots_{};
  std::array<root, count> pages_{};
  std::array<word, count> pointers_{}, pdptes_{};
  word cr0_{}, cr3_{}, cr4_{}, efer_{};
};

}  // namespace umbra::invariants
