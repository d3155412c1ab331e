#include "models/machine/table_arena.hpp"

#include <algorithm>

#include "models/machine/address_space.hpp"
#include "models/machine/poison.hpp"

namespace umbra::machine {

table_arena::table_arena() : base_(static_cast<table*>(take_address_space(sizeof(table) * total))) {
  poison(base_, sizeof(table) * total);
  watch_ = {
      reinterpret_cast<std::uintptr_t>(base_), total, touched_.data(), walked_.data(), &log_, false, watch::regions};
  watch::regions = &watch_;
}

table_arena::~table_arena() {
  watch::region** at = &watch::regions;
  while (*at != &watch_) at = &(*at)->next;
  *at = watch_.next;
  unpoison(base_, sizeof(table) * total);
  give_address_space(base_, sizeof(table) * total);
}

void table_arena::set_out(unsigned n, bool out) {
  if (out == (out_[n] != 0)) return;
  out_[n] = out;
  out ? unpoison(base_ + n, sizeof(table)) : poison(base_ + n, sizeof(table));
}

void table_arena::reset() {
  for (region* r : {&high_, &low_}) {
    for (unsigned n = r->first; n < r->first + r->fresh; ++n) set_out(n, false);
    r->fresh = r->out = r->settled = 0;
  }
  restored_ = 0;
  forget_stores();
}

void table_arena::forget_stores() {
  watch_.weakened = false;
  log_.count = 0;
}

void table_arena::save(image& to) const {
  to.id = ++saved_;
  to.written.clear();
  to.contents.clear();
  for (const auto& [r, k] : {std::pair{&high_, &to.kinds[0]}, std::pair{&low_, &to.kinds[1]}}) {
    k->counts = *r;
    const unsigned end = r->first + r->fresh;
    k->out.assign(out_.begin() + r->first, out_.begin() + end);
    k->walked.assign(walked_.begin() + r->first, walked_.begin() + end);
    for (unsigned n = r->first; n < end; ++n) {
      const std::uint64_t lines = lines_of(n);
      if (!out_[n] || lines == 0) continue;
      to.written.push_back({n, lines});
      to.contents.add(bytes_of(n), lines);
    }
  }
}

/// Clears all of a table but the given lines, which something will be copied to.
void table_arena::leave(unsigned n, std::uint64_t lines) {
  if (const std::uint64_t others = lines_of(n) & ~lines) clear_lines(bytes_of(n), others);
  settled_[n] = lines;
  touched_[n] = 0;
}

void table_arena::restore(const image& from) {
  for (const auto& [r, k] : {std::pair{&high_, &from.kinds[0]}, std::pair{&low_, &from.kinds[1]}}) {
    const unsigned then = r->first + k->counts.fresh;
    for (unsigned n = then; n < r->first + r->fresh; ++n) set_out(n, false);
    if (!std::equal(k->out.begin(), k->out.end(), out_.begin() + r->first)) {
      for (unsigned n = r->first; n < then; ++n) set_out(n, k->out[n - r->first]);
    }
    std::copy(k->walked.begin(), k->walked.end(), walked_.begin() + r->first);
    *r = k->counts;
    r->settled = r->fresh;
  }
  from.id == restored_ ? restore_touched(from) : restore_all(from);
  restored_ = from.id;
  forget_stores();
}

void table_arena::restore_all(const image& from) {
  auto written = from.written.begin();  // ascending, as regions are
  for (const region* r : {&high_, &low_}) {
    const unsigned then = r->first + r->fresh;
    unsigned n = r->first;
    for (; written != from.written.end() && written->number < then; ++written, ++n) {
      for (; n < written->number; ++n) leave(n, 0);
      leave(n, written->lines);
    }
    for (; n < then; ++n) leave(n, 0);
  }
  from.contents.restore();
}

/// What was not stored to since is there still.
void table_arena::restore_touched(const image& from) {
  auto written = from.written.begin();
  for (const region* r : {&high_, &low_}) {
    for (unsigned n = r->first; n < r->first + r->fresh; ++n) {
      if (touched_[n] == 0) continue;
      while (written != from.written.end() && written->number < n) ++written;
      std::uint64_t lines = std::exchange(touched_[n], 0);
      if (written != from.written.end() && written->number == n)
        lines = from.contents.restore(static_cast<std::size_t>(written - from.written.begin()), lines);
      clear_lines(bytes_of(n), lines);
    }
  }
}

table* table_arena::allocate(region& r) {
  unsigned n = r.first + r.fresh;
  if (r.fresh < r.limit) {
    ++r.fresh;
  } else {
    for (n = r.first; n < r.first + r.limit && out_[n]; ++n) {
    }
    if (n == r.first + r.limit) return nullptr;
  }
  set_out(n, true);
  const std::uint64_t lines = lines_of(n);
  clear_lines(bytes_of(n), lines);
  if (n < r.first + r.settled) {
    touched_[n] = lines;  // no more as in the image
  } else {
    settled_[n] = touched_[n] = 0;
  }
  walked_[n] = false;
  ++r.out;
  return base_ + n;
}

bool table_arena::release(const table* t) {
  if (!t) return true;
  if (frame_of(t) == 0) return false;
  const auto n = static_cast<unsigned>(t - base_);
  set_out(n, false);
  --(n < table_limit ? high_ : low_).out;
  return true;
}

std::uint64_t table_arena::frame_of(const table* t) const {
  const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(t) - reinterpret_cast<std::uintptr_t>(base_);
  const std::uintptr_t n = offset / sizeof(table);
  if (n >= total || offset % sizeof(table) != 0 || !out_[n]) return 0;
  return n < table_limit ? first_table_frame + n : first_low_frame + (n - table_limit);
}

}  // namespace umbra::machine
