// What processors may have cached, for I10 and I11. The simulated machine can list it; a real processor cannot, so a
// live check in the kernel goes without.
#pragma once

#include <array>
#include <concepts>

#include "models/invariants/subject.hpp"
#include "models/invariants/violation.hpp"

namespace umbra::invariants {

/// One 4-KiB translation in a vCPU's TLB.
struct cached_translation {
  unsigned vcpu = 0;
  std::uint64_t gva = 0;    ///< any address in the page
  std::uint64_t frame = 0;  ///< host frame
  bool write = false, user = false, execute = false;
};

/// One entry of a vCPU's paging-structure caches.
struct cached_structure {
  unsigned vcpu = 0;
  std::uint64_t gva = 0;    ///< any address that would use the entry
  unsigned level = 0;       ///< of the entry itself: 4 PML4E, 3 PDPTE, 2 PDE
  std::uint64_t table = 0;  ///< host frame of the table that it refers to
  bool write = false, user = false, execute = false;
};

/// Lists what is cached under the VPIDs that the vCPUs use now, and the roots that processors run on.
template <class C>
concept caches = requires(const C& c, unsigned vcpu, unsigned n) {
  c.for_each_translation([](const cached_translation&) {});
  c.for_each_structure([](const cached_structure&) {});
  { c.in_guest(vcpu) } -> std::convertible_to<bool>;
  /// Host frame of the n-th root that the processor has loaded: CR3's table for n = 0 in 4-level paging; else that of
  /// the n-th directory-pointer register. 0 if there is none.
  { c.root(vcpu, n) } -> std::convertible_to<std::uint64_t>;
};

/// A vCPU in guest mode runs on the roots of its context, all live (I10). `roots` as in the concept.
violation running(const subject&, unsigned vcpu, std::span<const std::uint64_t, 4> roots);

/// Judges what is cached. It remembers the paths that it has walked, so it is good only while the shadow tables stay as
/// they are.
class cache_check {
 public:
  explicit cache_check(const subject& s) : s_(s) {}

  /// The tables that a vCPU's shadow roots lead to now must grant at least what is cached (I11).
  violation translation(const cached_translation&);
  /// Likewise, and the table that it refers to must be a live page's (I10, I11).
  violation structure(const cached_structure&);

 private:
  /// The shadow entry that a vCPU's roots lead to.
  struct reached {
    const mmu::page* page = nullptr;  ///< that holds it; null if there is no root
    unsigned index = 0;
    std::uint64_t entry = 0;  ///< 0 if the path ends above the level that was asked for
    bool write = true, user = true, execute = true;
  };
  /// A path down to a level-1 page, by the linear addresses that share it.
  struct path {
    const mmu::page* page;
    bool write, user, execute;
  };

  static void read(reached&, std::uint64_t gva);
  reached walk(const mmu::context&, std::uint64_t gva, unsigned level) const;
  reached leaf(const mmu::context&, std::uint64_t gva);
  template <class Cached>
  static bool covers(const reached&, const Cached&);
  static violation wrong(id, const char* what, const reached&, std::uint64_t expected, std::uint64_t found);

  const subject& s_;
  std::array<std::uint64_t, 32> keys_{};  ///< of `paths_`; 0: none there
  std::array<path, 32> paths_;
};

/// The roots of the processors of `vcpus` vCPUs that are in guest mode.
template <caches C>
violation check_running(const subject& s, const C& c, unsigned vcpus) {
  for (unsigned v = 0; v < vcpus; ++v) {
    if (!c.in_guest(v)) continue;
    const std::array<std::uint64_t, 4> roots{c.root(v, 0), c.root(v, 1), c.root(v, 2), c.root(v, 3)};
    if (const violation found = running(s, v, roots)) return found;
  }
  return {};
}

/// Everything that the processors of `vcpus` vCPUs hold; the first violation in listing order.
template <caches C>
violation check_caches(const subject& s, const C& c, unsigned vcpus) {
  cache_check check{s};
  violation first = check_running(s, c, vcpus);
  if (first) return first;
  c.for_each_structure([&](const cached_structure& e) {
    if (!first) first = check.structure(e);
  });
  c.for_each_translation([&](const cached_translation& e) {
    if (!first) first = check.translation(e);
  });
  return first;
}

}  // namespace umbra::invariants
