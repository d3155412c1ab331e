#include "proofs/guest.hpp"

#include "core/x86/control.hpp"

namespace umbra::proofs {

register_values any_registers(smt::path& p, const unit& u) {
  using namespace x86;
  const register_values v{p.any_word("cr4"), p.any_word("efer"), p.any_word("cr3"), p.any_word("cr0")};
  p.prefer(negate(has(v.cr0, cr0::cd | cr0::nw)));
  p.prefer(negate(has(v.cr3, page_offset_mask)));
  const bool paged = u.format != mmu::paging::none;
  p.assume(has(v.cr0, cr0::pg) == flag(paged));
  if (paged) {
    p.assume(has(v.cr4, cr4::pae) == flag(u.format != mmu::paging::bits32));
    p.assume(has(v.efer, efer::lme) == flag(u.format == mmu::paging::level4));
  }
  return v;
}

x86::features any_features(smt::path& p, const unit& u) {
  x86::features f;
  f.maxphyaddr = u.maxphyaddr;
  f.nx = p.any_flag("nx");
  f.long_mode = p.any_flag("long_mode");
  f.gbpages = p.any_flag("gbpages");
  f.smep = p.any_flag("smep");
  f.smap = p.any_flag("smap");
  return f;
}

smt::address_space::answer memory_as_it_is::behind(word gpa) const { return host.space.find(gpa >> page_shift); }

word memory_as_it_is::host_address(word gpa) const {
  return (behind(gpa).host_frame << page_shift) | offset_in_page(gpa);
}

reference::access any_access(smt::path& p) {
  reference::access by{p.any_flag("user"), p.any_flag("write"), p.any_flag("fetch"), p.any_flag("ac")};
  p.assume(negate(both(by.write, by.fetch)));
  p.assume(negate(both(by.user, by.ac)));
  return by;
}

mmu::access as_core(const reference::access& by) { return {by.user, by.write, by.fetch, by.ac}; }

word any_linear_address(smt::path& p, const unit& u) {
  const word gva = p.any_word("gva");
  p.prefer((gva & word{page_offset_mask}) == word{0});
  if (u.format != mmu::paging::level4) return gva;
  const word upper = gva >> 47;
  p.assume(either(upper == word{0}, upper == word{0x1ffff}));
  return gva;
}

word linear_address(word gva, const unit& u) { return u.format == mmu::paging::level4 ? gva : gva & word{0xffff'ffff}; }

}  // namespace umbra::proofs
