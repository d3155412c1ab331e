// What, beside its gfn, a shadow page stands for. Two paths may share a shadow page exactly when gfn and role agree, so
// everything that shapes the page's entries must be in here.
#pragma once

#include "core/mmu/access.hpp"
#include "core/mmu/mode.hpp"

namespace umbra::mmu {

class role {
 public:
  constexpr role() = default;

  /// The role of a page at shadow `level` in `m`, before path-dependent parts are added.
  static constexpr role of(const mode& m, unsigned level) {
    const bool paged = m.format != paging::none;
    role r;
    r.bits_ = word{static_cast<std::uint64_t>(levels_of(m.format)) << guest_levels_at} |
              word{static_cast<std::uint64_t>(level) << level_at} | word{all_access};
    if (paged) {
      r.bits_ = r.bits_ | when(m.wp, wp_bit) | when(m.nxe, nxe_bit) | when(m.smep, smep_bit) | when(m.smap, smap_bit) |
                when(m.pse, pse_bit) | when(m.gbpages, gbpages_bit) |
                word{static_cast<std::uint64_t>(m.maxphyaddr) << maxphyaddr_at};
    }
    return r;
  }

  /// The same role at another shadow level.
  constexpr role at_level(unsigned level) const {
    return with(level_mask, word{static_cast<std::uint64_t>(level) << level_at});
  }
  /// Which part of a guest table with 1024 entries this page of 512 shadows: 0-1 at level 1, 0-3 at level 2.
  constexpr role with_quadrant(word q) const { return with(quadrant_mask, (q & word{3}) << quadrant_at); }
  /// The page maps a run of guest frames rather than a guest table.
  constexpr role as_direct() const { return with(direct_bit, word{direct_bit}); }
  /// The large entry above this direct page has its D bit set. `access` alone cannot say so: with CR0.WP=0 a page may be
  /// written that `access` calls read-only, and two entries that differ in D must then not share their leaves.
  constexpr role with_dirty(flag d) const { return with(dirty_bit, when(d, dirty_bit)); }
  /// The rights of the path from the root down to this page.
  constexpr role with_access(rights a) const {
    return with(all_access, when(a.write, write_bit) | when(a.user, user_bit) | when(a.execute, execute_bit));
  }

  constexpr word quadrant() const { return field(bits_, quadrant_at, 2); }
  constexpr flag direct() const { return has(bits_, direct_bit); }
  constexpr rights access() const { return {has(bits_, write_bit), has(bits_, user_bit), has(bits_, execute_bit)}; }
  constexpr flag dirty() const { return has(bits_, dirty_bit); }
  constexpr flag wp() const { return has(bits_, wp_bit); }
  constexpr flag nxe() const { return has(bits_, nxe_bit); }
  constexpr flag smep() const { return has(bits_, smep_bit); }
  constexpr flag smap() const { return has(bits_, smap_bit); }
  constexpr flag pse() const { return has(bits_, pse_bit); }
  constexpr flag gbpages() const { return has(bits_, gbpages_bit); }
  constexpr word level() const { return field(bits_, level_at, 3); }
  constexpr word guest_levels() const { return field(bits_, guest_levels_at, 3); }
  constexpr word maxphyaddr() const { return field(bits_, maxphyaddr_at, 6); }

  /// The packed form: equal exactly when the roles are. Stable for display only.
  constexpr word packed() const { return bits_; }

 private:
  constexpr role with(std::uint64_t mask, word value) const {
    role r = *this;
    r.bits_ = (bits_ & word{~mask}) | value;
    return r;
  }

  static constexpr unsigned level_at = 0, guest_levels_at = 3, quadrant_at = 6, maxphyaddr_at = 19;
  static constexpr std::uint64_t level_mask = 7u << level_at, quadrant_mask = 3u << quadrant_at, direct_bit = 1u << 8,
                                 write_bit = 1u << 9, user_bit = 1u << 10, execute_bit = 1u << 11,
                                 all_access = write_bit | user_bit | execute_bit, wp_bit = 1u << 12,
                                 nxe_bit = 1u << 13, smep_bit = 1u << 14, smap_bit = 1u << 15, pse_bit = 1u << 16,
                                 gbpages_bit = 1u << 17, dirty_bit = 1u << 18;
  word bits_{};
};

constexpr flag operator==(role a, role b) { return a.packed() == b.packed(); }

}  // namespace umbra::mmu
