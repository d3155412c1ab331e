#include "core/memory/layout.hpp"

#include "core/x86/entry.hpp"

namespace umbra::memory {

namespace {

constexpr std::uint64_t frame_limit = std::uint64_t{1} << (x86::entry::max_physical_bits - page_shift);

/// Whether `f` lies in the `pages` frames from `base`; one comparison that cannot overflow.
flag within(gfn f, gfn base, word pages) { return f.value - base.value < pages; }

flag overlap(gfn a, word a_pages, gfn b, word b_pages) {
  return both(a.value < b.value + b_pages, b.value < a.value + a_pages);
}

/// `pages` is at most page_limit, so the sum cannot overflow either.
flag fits(gfn base, word pages) {
  return both(base.value <= word{frame_limit}, base.value + pages <= word{frame_limit});
}

}  // namespace

gfn layout::canonical(gfn f) const {
  for (const alias& a : used_aliases()) {
    if (within(f, a.base, a.pages)) return a.target + (f.value - a.base.value);
  }
  return f;
}

position layout::locate(gfn canonical) const {
  for (unsigned id = 0; id < slot_count_; ++id) {
    const range& s = slots_[id];
    if (within(canonical, s.base, s.pages)) return {true, id, canonical.value - s.base.value};
  }
  return {};
}

status layout::check(unsigned id, const range& r) const {
  if (id >= slot_count_) return status::bad_request;
  if (r.pages > word{page_limit}) return status::bad_request;
  if (r.pages == word{0}) return slots_[id].pages != word{0} ? status::ok : status::bad_request;
  if (!fits(r.base, r.pages)) return status::bad_request;
  for (const range& s : used_slots()) {
    if (&s == &slots_[id]) continue;
    if (both(s.pages != word{0}, overlap(r.base, r.pages, s.base, s.pages))) return status::overlap;
  }
  return status::ok;
}

status layout::check_alias(unsigned id, const alias& a) const {
  if (id >= alias_count_) return status::bad_request;
  if (a.pages > word{page_limit}) return status::bad_request;
  if (a.pages == word{0}) return aliases_[id].pages != word{0} ? status::ok : status::bad_request;
  if (!fits(a.base, a.pages)) return status::bad_request;
  if (!fits(a.target, a.pages)) return status::bad_request;
  for (const alias& o : used_aliases()) {
    if (&o == &aliases_[id]) continue;
    if (both(o.pages != word{0}, overlap(a.base, a.pages, o.base, o.pages))) return status::overlap;
  }
  return status::ok;
}

}  // namespace umbra::memory
