#include "fuzz/properties/space_model.hpp"

#include <set>
#include <string>
#include <utility>

#include <rapidcheck.h>

namespace umbra::fuzz::properties {
namespace {

using memory::status;
using wide = unsigned __int128;  // wide enough for any sum of two 64-bit numbers

constexpr std::uint64_t longest = std::uint64_t{1} << 20;
constexpr wide end_of_frames = wide{1} << 40;

std::string name_of(status s) {
  constexpr const char* names[] = {"ok", "bad request", "overlap", "out of memory", "no backing"};
  return names[static_cast<unsigned>(s)];
}

template <class A, class B>
bool overlap(const A& a, const B& b) {
  return a.pages != 0 && b.pages != 0 && wide{a.base} < wide{b.base} + b.pages && wide{b.base} < wide{a.base} + a.pages;
}

/// What any edit of a slot or an alias must be answered, as far as its range goes.
template <class Ranges>
status due_for_range(const Ranges& ranges, unsigned limit, unsigned id, word base, std::uint64_t pages) {
  if (id >= limit || pages > longest) return status::bad_request;
  if (pages == 0) return ranges[id].pages == 0 ? status::bad_request : status::ok;
  if (wide{base} + pages > end_of_frames) return status::bad_request;
  const reference::region wanted{base, pages, 0};
  for (unsigned n = 0; n < limit; ++n) {
    if (n != id && overlap(wanted, ranges[n])) return status::overlap;
  }
  return status::ok;
}

}  // namespace

status space_model::due(unsigned id, const memory::slot_request& r) const {
  const status s = due_for_range(map_.slots, slots, id, r.base.value, r.pages);
  if (s == status::ok && r.pages != 0 && wide{r.userspace_page} + r.pages > machine::guest_frames)
    return status::no_backing;
  return s;
}

void space_model::set_slot(unsigned id, const memory::slot_request& r) {
  const status expected = due(id, r);
  status got = space_.check(id, r);
  RC_ASSERT(name_of(got) == name_of(due_for_range(map_.slots, slots, id, r.base.value, r.pages)));
  // The longest slots that are well-formed would only fill the machine's heap.
  if (got != status::ok || r.pages > machine::guest_frames) return;
  memory::slot fresh;
  got = space_.prepare(r, fresh);
  RC_ASSERT(name_of(got) == name_of(expected));
  if (got != status::ok) return;
  space_.exchange(id, r.base, fresh);
  space_.dispose(fresh);
  map_.slots[id] = {};
  if (r.pages != 0) {
    map_.slots[id] = {r.base.value, r.pages, machine::first_guest_frame + r.userspace_page, r.read_only, r.log_dirty};
  }
  written_[id].assign(r.pages, false);
}

void space_model::set_slot_refused(unsigned id, const memory::slot_request& r, unsigned nth) {
  if (space_.check(id, r) != status::ok || r.pages > machine::guest_frames) return;
  const unsigned pins = machine_.pins_out();
  const std::uint64_t before = machine_.count().allocations;
  machine_.fail_allocation(nth);
  memory::slot fresh;
  const status got = space_.prepare(r, fresh);
  machine_.allow_allocations();
  const bool refused = machine_.count().allocations > before + nth;
  if (refused) {
    RC_ASSERT(got == status::out_of_memory || got == status::no_backing);
  } else {
    RC_ASSERT(name_of(got) == name_of(due(id, r)));
  }
  if (got != status::ok) {
    RC_ASSERT(fresh.pages == 0u && fresh.places == nullptr && fresh.dirty == nullptr);
  }
  space_.dispose(fresh);
  RC_ASSERT(machine_.pins_out() == pins);
}

void space_model::set_alias(unsigned id, const memory::alias& a) {
  status expected = due_for_range(map_.aliases, aliases, id, a.base.value, a.pages);
  const bool too_far = a.pages != 0 && wide{a.target.value} + a.pages > end_of_frames;
  if (too_far && (expected == status::ok || expected == status::overlap)) expected = status::bad_request;
  const status got = space_.check_alias(id, a);
  RC_ASSERT(name_of(got) == name_of(expected));
  if (got != status::ok) return;
  space_.set_alias(id, a);
  map_.aliases[id] = {a.base.value, a.pages, a.target.value};
}

void space_model::log(unsigned id, bool on) {
  reference::region& slot = map_.slots[id];
  if (slot.pages == 0 || slot.logged == on) return;
  std::uint64_t* const old = space_.exchange_log(id, on ? space_.allocate_log(slot.pages) : nullptr);
  RC_ASSERT((old != nullptr) == !on);
  if (old != nullptr) space_.release_log(old, slot.pages);
  slot.logged = on;
  written_[id].assign(slot.pages, false);
}

void space_model::take_log(unsigned id) {
  const reference::region& slot = map_.slots[id];
  if (!slot.logged) return;
  std::vector<std::uint64_t> due(memory::log_words(slot.pages)), got(due.size(), ~std::uint64_t{0});
  for (std::size_t n = 0; n < written_[id].size(); ++n) due[n / 64] |= std::uint64_t{written_[id][n]} << n % 64;
  space_.take_log(id, got.data());
  RC_ASSERT(got == due);
  written_[id].assign(slot.pages, false);
}

void space_model::mark(hfn number) {
  const memory::frame* const f = space_.frame_at(number);
  if (f == nullptr) return;
  space_.mark_dirty(*f);
  for (unsigned id = 0; id < slots; ++id) {
    const reference::region& slot = map_.slots[id];
    if (slot.logged && number.value - slot.backing < slot.pages) written_[id][number.value - slot.backing] = true;
  }
}

void space_model::check_one(word guest_frame) const {
  const reference::memory_map::answer due = map_.find(guest_frame);
  const memory::lookup got = space_.find({guest_frame});
  bool right = got.canonical.value == due.canonical && space_.canonical({guest_frame}).value == due.canonical &&
               (got.backing != nullptr) == due.backed && got.read_only == due.read_only;
  if (due.backed) {
    right = right && got.backing->number.value == due.host_frame && space_.frame_at({due.host_frame}) == got.backing;
  }
  // Not RC_ASSERT for each: it makes strings even if all is well, and there are many lookups.
  if (!right) RC_FAIL("guest frame " + std::to_string(guest_frame) + " is not what the model says");
}

void space_model::check_lookup() const {
  const auto around = [this](word base, std::uint64_t pages) {
    for (const word f : {base - 1, base, base + 1, base + pages / 2, base + pages - 1, base + pages, base + pages + 1})
      check_one(f);
  };
  for (const reference::region& r : map_.slots) around(r.base, r.pages);
  for (const reference::alias_region& a : map_.aliases) {
    around(a.base, a.pages);
    around(a.target, a.pages);
  }
}

void space_model::check_frames() const {
  using page_of_slot = std::pair<unsigned, std::uint64_t>;
  std::uint64_t pages = 0;
  for (const reference::region& slot : map_.slots) pages += slot.pages;
  RC_ASSERT(machine_.pins_out() == pages);
  for (unsigned n = 0; n < machine::guest_frames; ++n) {
    const hfn number{machine::first_guest_frame + n};
    std::set<page_of_slot> due, got;
    bool unlogged = false;
    for (unsigned id = 0; id < slots; ++id) {
      const reference::region& slot = map_.slots[id];
      const word page = number.value - slot.backing;
      if (page >= slot.pages) continue;
      due.emplace(id, page);
      unlogged = unlogged || (slot.logged && !written_[id][page]);
    }
    const memory::frame* const f = space_.frame_at(number);
    if (f == nullptr && due.empty()) continue;
    RC_ASSERT(f != nullptr && !due.empty());
    bool right = f->number == number && space_.needs_dirty(*f) == unlogged;
    for (const memory::place* p = f->places; p != nullptr; p = p->next_on_frame) {
      const auto id = static_cast<unsigned>(p->owner - &space_.slot_at(0));
      right = right && id < slots && p->backing == f && p->pinned == number &&
              got.emplace(id, static_cast<std::uint64_t>(p - p->owner->places)).second;
      if (!right) break;
    }
    if (!right || got != due) RC_FAIL("host frame " + std::to_string(number.value) + " has a wrong record");
  }
}

}  // namespace umbra::fuzz::properties
