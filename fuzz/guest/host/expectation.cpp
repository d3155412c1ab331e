#include "fuzz/guest/host/expectation.hpp"

#include <algorithm>
#include <utility>

#include "core/x86/control.hpp"
#include "fuzz/guest/shared/layout.hpp"

namespace umbra::opguest {

void table_memory::load(const scene& s) {
  scene_ = &s;
  site_at_.clear();
  for (unsigned i = 0; i < s.sites_used; ++i) {
    values_[i] = s.sites[i].value;
    site_at_[s.sites[i].gpa] = static_cast<int>(i);
  }
  strayed_ = false;
}

void table_memory::restore_leaves() {
  for (unsigned i = 0; i < scene_->sites_used; ++i)
    if (scene_->sites[i].leaf) values_[i] = scene_->sites[i].value;
}

flag table_memory::backed(word gpa) const { return layout::is_memory(gpa); }

word table_memory::read(word gpa, unsigned bytes) const {
  const auto end = scene_->tables + scene_->tables_used;
  if (bytes != scene_->entry_bytes || std::find(scene_->tables, end, gpa & ~word{0xfff}) == end) strayed_ = true;
  const int site = site_at(gpa);
  return site < 0 ? 0 : values_[static_cast<unsigned>(site)];
}

int table_memory::site_at(std::uint64_t gpa) const {
  const auto found = site_at_.find(gpa);
  return found == site_at_.end() ? -1 : found->second;
}

bool table_memory::take_strayed() { return std::exchange(strayed_, false); }

reference::registers registers_for(const environment& machine, const scene& s, const probe& p) {
  reference::registers r;
  r.cpuid = {.maxphyaddr = machine.maxphyaddr,
             .nx = machine.no_execute,
             .long_mode = machine.long_mode,
             .gbpages = machine.gbpages,
             .smep = machine.smep,
             .smap = machine.smap};
  r.cr0 = p.cr0;
  r.cr3 = s.cr3;
  r.cr4 = p.cr4;
  r.efer = p.efer;
  if (s.mode == format::level4) r.efer |= x86::efer::lma;
  // The directory-pointer registers hold what the scene was set up with: later changes in memory do not reach them
  // (SDM 4.4.1).
  if (s.mode == format::pae)
    for (unsigned i = 0; i < s.sites_used; ++i)
      for (unsigned n = 0; n < 4; ++n)
        if (s.sites[i].gpa == (s.cr3 & ~word{0x1f}) + 8 * n) r.pdpte[n] = s.sites[i].value;
  return r;
}

reference::access access_for(const probe& p) {
  const bool implicit = p.what == kind::implicit;
  return {.user = p.cpl == 3 && !implicit,
          .write = p.what == kind::write,
          .fetch = p.what == kind::fetch,
          .ac = p.ac && p.cpl < 3 && !implicit};
}

word value_of(kind k, const reference::registers& r) {
  return k == kind::set_cr0 ? r.cr0 : k == kind::set_cr3 ? r.cr3 : k == kind::set_cr4 ? r.cr4 : r.efer;
}

}  // namespace umbra::opguest
