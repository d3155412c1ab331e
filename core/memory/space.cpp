#include "core/memory/space.hpp"

#include <utility>

#include <word/array.hpp>

#include "core/platform/assert.hpp"

namespace umbra::memory {

namespace {

/// The bit of a place in its slot's log.
struct log_bit {
  std::uint64_t& unit;
  std::uint64_t mask;
};
log_bit bit_of(const place& p) {
  const auto n = static_cast<std::uint64_t>(&p - p.owner->places);
  return {p.owner->dirty[n / 64], std::uint64_t{1} << (n % 64)};
}

}  // namespace

space::~space() {
  for (unsigned id = 0; id < slots(); ++id) {
    slot gone{};
    exchange(id, gfn{}, gone);
    dispose(gone);
  }
}

gfn space::canonical(gfn f) const { return layout_.canonical(f); }

lookup space::find(gfn f) const { return find_canonical(canonical(f)); }

lookup space::find_canonical(gfn f) const {
  lookup found;
  found.canonical = f;
  const position at_slot = layout_.locate(f);
  if (!at_slot.found) return found;
  const slot& s = slots_[at_slot.slot];
  found.backing = at(s.places, word{s.pages}, at_slot.page).backing;
  found.read_only = s.read_only;
  return found;
}

status space::prepare(const slot_request& r, slot& out) {
  out = slot{};
  if (r.pages == 0) return status::ok;
  if (!frames_.reserve(r.pages)) return status::out_of_memory;
  out.places = static_cast<place*>(platform::allocate(host_, r.pages * sizeof(place)));
  if (out.places == nullptr) return status::out_of_memory;
  out.userspace_page = r.userspace_page;
  out.read_only = r.read_only;
  for (std::uint64_t i = 0; i < r.pages; ++i) {
    out.places[i] = place{};
    if (!platform::pin(host_, r.userspace_page + i, out.places[i].pinned)) {
      for (std::uint64_t undo = 0; undo < i; ++undo) platform::unpin(host_, out.places[undo].pinned);
      platform::release(host_, out.places, r.pages * sizeof(place));
      out = slot{};
      return status::no_backing;
    }
  }
  out.pages = r.pages;
  if (r.log_dirty) {
    out.dirty = allocate_log(r.pages);
    if (out.dirty == nullptr) {
      dispose(out);
      return status::out_of_memory;
    }
  }
  return status::ok;
}

void space::exchange(unsigned id, gfn base, slot& other) {
  slot& mine = slots_[id];
  for (std::uint64_t i = 0; i < mine.pages; ++i) {
    place& p = mine.places[i];
    frame& f = *p.backing;
    place** link = &f.places;
    while (*link != &p) link = &(*link)->next_on_frame;
    *link = p.next_on_frame;
    p = place{p.pinned, nullptr, nullptr, nullptr};
    if (f.places == nullptr) frames_.release(f);
  }
  std::swap(mine, other);
  layout_.set_slot(id, {base, word{mine.pages}});
  for (std::uint64_t i = 0; i < mine.pages; ++i) {
    place& p = mine.places[i];
    p.backing = &frames_.acquire(p.pinned);
    p.owner = &mine;
    p.next_on_frame = p.backing->places;
    p.backing->places = &p;
  }
}

void space::dispose(slot& s) {
  if (s.dirty != nullptr) release_log(s.dirty, s.pages);
  for (std::uint64_t i = 0; i < s.pages; ++i) platform::unpin(host_, s.places[i].pinned);
  if (s.places != nullptr) platform::release(host_, s.places, s.pages * sizeof(place));
  s = slot{};
}

std::uint64_t* space::allocate_log(std::uint64_t pages) {
  return static_cast<std::uint64_t*>(platform::allocate(host_, log_words(pages) * sizeof(std::uint64_t)));
}

void space::release_log(std::uint64_t* log, std::uint64_t pages) {
  platform::release(host_, log, log_words(pages) * sizeof(std::uint64_t));
}

std::uint64_t* space::exchange_log(unsigned id, std::uint64_t* log) { return std::exchange(slots_[id].dirty, log); }

void space::take_log(unsigned id, std::uint64_t* out) {
  slot& s = slots_[id];
  for (std::uint64_t i = 0; i < log_words(s.pages); ++i) out[i] = std::exchange(s.dirty[i], 0);
}

void space::mark_dirty(const frame& f) {
  for (const place* p = f.places; p != nullptr; p = p->next_on_frame) {
    if (p->owner->dirty == nullptr) continue;
    const log_bit b = bit_of(*p);
    b.unit |= b.mask;
  }
}

bool space::needs_dirty(const frame& f) const {
  for (const place* p = f.places; p != nullptr; p = p->next_on_frame) {
    if (p->owner->dirty == nullptr) continue;
    const log_bit b = bit_of(*p);
    if ((b.unit & b.mask) == 0) return true;
  }
  return false;
}

}  // namespace umbra::memory
