// What the VMM and its devices do: memory slots, aliases, dirty logs, reclaim, writes through the core and behind its
// back. They run on threads of their own, so no vCPU leaves guest mode for them unless the core kicks it.
#include <algorithm>

#include "fuzz/world/world.hpp"

namespace umbra::fuzz {

namespace {

using memory::status;
using ull = unsigned long long;

/// Longer slots and aliases are cut to this, unless they are too long for the interface: every host frame fits, and the
/// core need not fill a great table for what pinning then refuses.
constexpr std::uint64_t page_clip = 512;
constexpr std::uint64_t page_limit = std::uint64_t{1} << 20, frame_limit = std::uint64_t{1} << 40;

std::uint64_t pages_of(const op& o) {
  return o.count > page_limit ? o.count : std::min<std::uint64_t>(o.count, page_clip);
}

const char* name_of(status s) {
  switch (s) {
    case status::ok:
      return "ok";
    case status::bad_request:
      return "bad request";
    case status::overlap:
      return "overlap";
    case status::out_of_memory:
      return "out of memory";
    case status::no_backing:
      return "no backing";
  }
  return "?";
}

bool fits(std::uint64_t base, std::uint64_t pages) { return base <= frame_limit && pages <= frame_limit - base; }

bool overlap(std::uint64_t a, std::uint64_t a_pages, std::uint64_t b, std::uint64_t b_pages) {
  return a < b + b_pages && b < a + a_pages;
}

/// What the interface promises for a range that is to be set (`pages` > 0) or removed; `others` are slots or aliases.
template <class Range>
status range_status(const std::array<Range, reference::memory_map::limit>& others, unsigned limit, unsigned id,
                    std::uint64_t base, std::uint64_t pages) {
  if (id >= limit || pages > page_limit) return status::bad_request;
  if (pages == 0) return others[id].pages != 0 ? status::ok : status::bad_request;
  if (!fits(base, pages)) return status::bad_request;
  for (unsigned n = 0; n < limit; ++n) {
    if (n != id && others[n].pages != 0 && overlap(base, pages, others[n].base, others[n].pages))
      return status::overlap;
  }
  return status::ok;
}

}  // namespace

#define UMBRA_EXPECT_STATUS(got, due, ...)                                 \
  do {                                                                     \
    if (observer_) observer_->answered((got) == status::ok, name_of(got)); \
    mix(static_cast<std::uint64_t>(got));                                  \
    if ((got) != (due)) fail("status", __VA_ARGS__);                       \
  } while (false)

void world::set_slot(const op& o) {
  const std::uint64_t pages = pages_of(o);
  status due = range_status(map_.slots, slots, o.index, o.address, pages);
  if (due == status::ok && pages != 0 &&
      (o.value >= machine::guest_frames || pages > machine::guest_frames - o.value)) {
    due = status::no_backing;
  }
  const bool read_only = (o.bits & slot_read_only) != 0, logged = (o.bits & slot_logged) != 0;
  const reference::moment begun = now();
  const status got = mmu_->set_slot(o.index, {{o.address}, pages, o.value, read_only, logged});
  UMBRA_EXPECT_STATUS(got, due, "slot %u at guest frame %#llx, %llu pages from %#llx: %s, should be %s", o.index,
                      ull(o.address), ull(pages), ull(o.value), name_of(got), name_of(due));
  expect_no_stores(begun, "a change of slots");
  if (got != status::ok || finding_) return;
  effective_ = everything_ = true;
  map_.slots[o.index] = {};
  if (pages != 0) map_.slots[o.index] = {o.address, pages, machine::first_guest_frame + o.value, read_only, logged};
  map_.trim();
  written_[o.index] = {};
}

void world::set_alias(const op& o) {
  const std::uint64_t pages = pages_of(o);
  status due = range_status(map_.aliases, aliases, o.index, o.address, pages);
  if (due != status::overlap && pages != 0 && !fits(o.value, pages)) due = status::bad_request;
  if (due == status::overlap && !fits(o.value, pages)) due = status::bad_request;
  const status got = mmu_->set_alias(o.index, {{o.address}, pages, {o.value}});
  UMBRA_EXPECT_STATUS(got, due, "alias %u at guest frame %#llx, %llu pages of %#llx: %s, should be %s", o.index,
                      ull(o.address), ull(pages), ull(o.value), name_of(got), name_of(due));
  if (got != status::ok) return;
  effective_ = everything_ = true;
  map_.aliases[o.index] = {};
  if (pages != 0) map_.aliases[o.index] = {o.address, pages, o.value};
  map_.trim();
}

void world::set_log(const op& o) {
  const bool known = o.index < slots && map_.slots[o.index].pages != 0;
  const status due = known ? status::ok : status::bad_request;
  const status got = mmu_->log_dirty(o.index, o.count != 0);
  UMBRA_EXPECT_STATUS(got, due, "dirty log of slot %u: %s, should be %s", o.index, name_of(got), name_of(due));
  if (got != status::ok || finding_ || map_.slots[o.index].logged == (o.count != 0)) return;
  effective_ = everything_ = true;
  map_.slots[o.index].logged = o.count != 0;
  written_[o.index] = {};
}

void world::read_log(const op& o) {
  note_stores();
  const bool logged = o.index < slots && map_.slots[o.index].logged;
  const status due = logged ? status::ok : status::bad_request;
  std::array<std::uint64_t, page_clip / 64> log{};
  const status got = mmu_->read_log(o.index, log.data());
  UMBRA_EXPECT_STATUS(got, due, "reading the dirty log of slot %u: %s, should be %s", o.index, name_of(got),
                      name_of(due));
  if (got != status::ok || finding_) return;
  effective_ = everything_ = true;
  for (unsigned n = 0; n < written_[o.index].size(); ++n) {
    mix(log[n]);
    const std::uint64_t missing = written_[o.index][n] & ~log[n];
    if (missing != 0) {
      fail("I4", "the dirty log of slot %u lacks pages that were written: word %u is %#llx, without %#llx", o.index, n,
           ull(log[n]), ull(missing));
    }
  }
  // A page that nobody writes any more must not be reported again and again.
  const memory::slot& s = space_->slot_at(o.index);
  for (unsigned page = 0; page < s.pages; ++page) {
    if ((s.dirty[page / 64] >> page % 64 & 1) != 0) {
      fail("I4", "page %u of slot %u is still dirty after its log was read", page, o.index);
      break;
    }
  }
  written_[o.index] = {};
}

void world::reclaim(const op& o) {
  const mmu::view v(*mmu_);
  const unsigned before = v.live_pages();
  const reference::moment begun = now();
  if (o.kind == kind::zap_all) {
    mmu_->zap_all();
    if (v.live_pages() != 0) fail("status", "%u shadow pages live after zap_all", v.live_pages());
  } else {
    const unsigned wanted = std::min<unsigned>(o.count, v.pages());
    const use_order order = pages_by_use();
    const unsigned free_before = v.free_pages();
    const unsigned free = mmu_->reclaim(wanted);
    if (free != v.free_pages()) fail("status", "reclaim says that %u pages are free; %u are", free, v.free_pages());
    judge_reclaim(order, wanted, free_before);
  }
  if (observer_) observer_->answered(true, "done");
  expect_no_stores(begun, "reclaim");
  effective_ = v.live_pages() != before;
}

void world::patch(const op& o) {
  const std::uint64_t end = (o.address & page_offset_mask) + o.size;
  const auto there = map_.find(o.address >> page_shift);
  const bool due = there.backed && end <= page_size;
  const reference::moment begun = now();
  const bool got = mmu_->write_physical({o.address}, o.value, o.size);
  if (observer_) observer_->answered(got, got ? "written" : "not memory");
  mix(got);
  if (got != due) {
    fail("status", "a VMM's write of %u bytes at %#llx: %s, should be %s", o.size, ull(o.address),
         got ? "done" : "refused", due ? "done" : "refused");
    return;
  }
  effective_ = got;
  const machine::journal& stores = machine_->memory().journal();
  unsigned made = 0;
  const std::uint64_t where = there.host_frame << page_shift | (o.address & page_offset_mask);
  const std::uint64_t value = o.size == 8 ? o.value : o.value & ((std::uint64_t{1} << 8 * o.size) - 1);
  for (reference::moment n = begun; n < stores.size(); ++n) {
    const machine::stored& s = stores[n];
    if (s.by != machine::author::core) continue;
    if (!got || made++ != 0 || s.hpa != where || s.bytes != o.size || s.after != value) {
      fail("memory", "a VMM's write of %#llx at %#llx stored %#llx at host %#llx", ull(value), ull(o.address),
           ull(s.after), ull(s.hpa));
    }
    suspended_.written(s, n);
  }
  if (got && made == 0) fail("memory", "a VMM's write at %#llx stored nothing", ull(o.address));
}

void world::poke(const op& o) { effective_ = store_behind(o.address, o.value, o.size); }

bool world::store_behind(std::uint64_t gpa, std::uint64_t value, unsigned bytes) {
  machine::ram& memory = machine_->memory();
  const machine::author before = memory.journal().sign(machine::author::host);
  bool landed = false;
  for (unsigned done = 0; done < bytes;) {
    const auto in_page = static_cast<unsigned>(page_size - (gpa & page_offset_mask));
    const unsigned now = std::min(bytes - done, in_page);
    const auto there = map_.find(gpa >> page_shift);
    if (there.backed) {
      const std::uint64_t hpa = there.host_frame << page_shift | (gpa & page_offset_mask);
      memory.store(hpa, value >> 8 * done, now);
      suspended_.overwritten(mmu::view(*mmu_), hpa, now, memory.journal().size() - 1);
      landed = true;
    }
    gpa += now;
    done += now;
  }
  memory.journal().sign(before);
  return landed;
}

#undef UMBRA_EXPECT_STATUS

}  // namespace umbra::fuzz
