#include "fuzz/world/suspensions.hpp"

#include <algorithm>

#include "core/x86/entry.hpp"

namespace umbra::fuzz {

namespace {

/// The shadow entries of `p` that reflect the entry of `bytes` at `offset` in the guest table (SDM 4.3: a 32-bit table
/// has 1024 entries, shadowed by two pages at level 1 and by four pages, two entries each, at level 2).
struct reflection {
  unsigned first = 0, count = 0;
};
reflection reflects(const mmu::page& p, unsigned entry) {
  if (static_cast<mmu::paging>(p.role.guest_levels()) != mmu::paging::bits32) return {entry, 1};
  const auto quadrant = static_cast<unsigned>(p.role.quadrant());
  if (p.level == 1) return entry / 512 == quadrant ? reflection{entry % 512, 1} : reflection{};
  return entry / 256 == quadrant ? reflection{entry % 256 * 2, 2} : reflection{};
}

unsigned entry_bytes(const mmu::page& p) {
  return static_cast<mmu::paging>(p.role.guest_levels()) == mmu::paging::bits32 ? 4 : 8;
}

/// Whether `now` is `before`, or less of it: the core takes rights away (write protection, say) without a look at the
/// guest's entry, and the shadow entry lags as it did.
bool weaker(word now, word before) {
  constexpr std::uint64_t grants = x86::entry::write | x86::entry::user;
  constexpr std::uint64_t rights = grants | x86::entry::no_execute;
  return (now & ~rights) == (before & ~rights) && (now & ~before & grants) == 0 &&
         (before & ~now & x86::entry::no_execute) == 0;
}

}  // namespace

void suspensions::overwritten(const mmu::view& v, std::uint64_t hpa, unsigned bytes, std::size_t at) {
  const memory::frame* f = v.memory().frame_at({hpa >> page_shift});
  if (f == nullptr) return;
  for (const mmu::page* p = f->shadows; p != nullptr; p = p->next_shadow) {
    const unsigned size = entry_bytes(*p);
    const auto offset = static_cast<unsigned>(hpa & page_offset_mask);
    for (unsigned entry = offset / size; entry <= (offset + bytes - 1) / size; ++entry) {
      const reflection r = reflects(*p, entry);
      for (unsigned i = r.first; i < r.first + r.count; ++i) {
        list_.push_back({p->ordinal, i, p->frame.value, p->role.packed(), (hpa & ~page_offset_mask) + entry * size,
                         size, at, 0, false});
      }
    }
  }
}

void suspensions::written(const machine::stored& s, std::size_t at) {
  std::erase_if(list_, [&](const item& i) { return i.at < at && s.hpa < i.hpa + i.bytes && i.hpa < s.hpa + s.bytes; });
}

void suspensions::invalidated(unsigned page, unsigned index, std::size_t begun) {
  std::erase_if(list_, [&](const item& i) { return i.page == page && i.index == index && i.at < begun; });
}

void suspensions::sweep(const mmu::view& v) {
  std::erase_if(list_, [&](item& i) {
    const mmu::page& p = v.page_at(i.page);
    if (p.state != mmu::page_state::live || p.frame.value != i.frame || p.role.packed() != i.role) return true;
    const word now = p.entries->get(i.index) & ~(x86::entry::accessed | x86::entry::dirty);
    if ((now & x86::entry::present) == 0 || (i.settled && !weaker(now, i.value))) return true;
    i.value = now;
    i.settled = true;
    return false;
  });
}

bool suspensions::covers(unsigned page, unsigned index) const {
  return std::any_of(list_.begin(), list_.end(), [&](const item& i) { return i.page == page && i.index == index; });
}

bool suspensions::covers_guest(std::uint64_t hpa) const {
  return std::any_of(list_.begin(), list_.end(), [&](const item& i) { return i.hpa == hpa; });
}

}  // namespace umbra::fuzz
