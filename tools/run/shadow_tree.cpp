#include "tools/run/shadow_tree.hpp"

#include <fmt/format.h>

#include "core/mmu/shadow_format.hpp"
#include "core/mmu/view.hpp"
#include "core/x86/entry.hpp"
#include "tools/run/disagreement.hpp"
#include "tools/run/words.hpp"

namespace umbra::tools {

namespace {

constexpr unsigned shift(unsigned level) { return 12 + 9 * (level - 1); }

/// Walks from the roots down. The core's state may be anything after a finding: each step must lead down a level.
class climber {
 public:
  climber(fuzz::world& w, unsigned vcpu, std::optional<std::uint64_t> path)
      : world_(w), view_(w.shadow()), vcpu_(vcpu), path_(path) {}

  drawn_table from_roots() {
    const mmu::context& c = world_.guest(vcpu_).context();
    drawn_table none{.name = "no roots are loaded", .level = 0};
    if (!c.loaded) return none;
    if (c.mode.format == mmu::paging::level4) {
      none.name = "no root";
      return c.roots[0] == nullptr ? none : table(*c.roots[0], 0, {}, true);
    }
    drawn_table pointers{.name = "directory pointers that hardware loads", .level = 3};
    for (unsigned n = 0; n < c.roots.size(); ++n) {
      const std::uint64_t base = std::uint64_t{n} << 30;
      const bool here = on_path(base, 30);
      if (c.roots[n] == nullptr && !here) continue;
      const word value = c.pae_roots == nullptr ? word{0} : c.pae_roots->get(n);
      drawn_entry e{.first = n,
                    .value = value,
                    .bits = bits_of_shadow_entry(value),
                    .target = "nothing",
                    .on_path = here,
                    .wrong = ""};
      if (c.roots[n] != nullptr) {
        e.target = fmt::format("page {}", c.roots[n]->ordinal);
        e.table = std::make_shared<drawn_table>(table(*c.roots[n], base, {}, here));
      }
      pointers.add(std::move(e));
    }
    return pointers;
  }

  std::vector<std::uint64_t> wrong() && { return std::move(wrong_); }

 private:
  bool on_path(std::uint64_t base, unsigned bits) const {
    constexpr std::uint64_t linear = (std::uint64_t{1} << 48) - 1;
    return path_ && (*path_ & linear) >> bits == base >> bits;
  }

  drawn_table table(const mmu::page& p, std::uint64_t base, const reference::rights& above, bool path) {
    drawn_table t{.name = fmt::format("page {}: gfn {:#x}, {}", p.ordinal, p.frame.value, role_in_words(p.role)),
                  .level = p.level};
    for (unsigned index = 0; index < umbra::table::entries; ++index) {
      const std::uint64_t gva = base | std::uint64_t{index} << shift(p.level);
      const bool here = path && on_path(gva, shift(p.level));
      const word value = p.entries->get(index);
      if (!mmu::shadow::present(value) && !here) continue;
      if (!here && !budget_.look()) {
        t.whole = false;
        continue;
      }
      drawn_entry e = entry(p, index, gva, value, above, here);
      if (budget_.take(t, e)) {
        t.add(std::move(e));
      } else {
        t.whole = false;
      }
    }
    return t;
  }

  drawn_entry entry(const mmu::page& p, unsigned index, std::uint64_t gva, word value, const reference::rights& above,
                    bool here) {
    drawn_entry e{.first = index,
                  .value = value,
                  .bits = bits_of_shadow_entry(value),
                  .target = "nothing",
                  .on_path = here,
                  .wrong = ""};
    if (!mmu::shadow::present(value)) return e;
    const hfn next = mmu::shadow::target(value);
    const mmu::rights own = mmu::shadow::rights_of(value);
    const reference::rights rights{above.write && own.write, above.user && own.user, above.execute && own.execute};
    e.frame = next.value;
    if (p.level == 1) {
      e.target = fmt::format("host frame {:#x}", next.value);
      if (!world_.suspended(p.ordinal, index))
        e.wrong = disagreement(world_, vcpu_, canonical(gva), next.value, rights);
      if (!e.wrong.empty()) wrong_.push_back(canonical(gva));
      return e;
    }
    const mmu::page* below = view_.page_of(next);
    if (below == nullptr || below->level >= p.level || below->level == 0) {
      e.target = fmt::format("host frame {:#x}", next.value);
      e.wrong = "leads to no shadow page of the level below";
      wrong_.push_back(canonical(gva));
      return e;
    }
    e.target = fmt::format("page {}", below->ordinal);
    e.table = std::make_shared<drawn_table>(table(*below, gva, rights, here));
    return e;
  }

  static std::uint64_t canonical(std::uint64_t gva) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(gva << 16) >> 16);
  }

  fuzz::world& world_;
  mmu::view view_;
  unsigned vcpu_;
  std::optional<std::uint64_t> path_;
  drawn_budget budget_;
  std::vector<std::uint64_t> wrong_;
};

}  // namespace

shadow_tree tree_of_shadow(fuzz::world& w, unsigned vcpu, std::optional<std::uint64_t> gva) {
  climber c(w, vcpu, gva);
  shadow_tree t{.root = c.from_roots()};
  t.wrong = std::move(c).wrong();
  return t;
}

}  // namespace umbra::tools
