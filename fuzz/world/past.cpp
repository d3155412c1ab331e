#include "fuzz/world/past.hpp"

#include <algorithm>

#include "core/x86/entry.hpp"

namespace umbra::fuzz {

namespace {

constexpr std::uint64_t mask_of(unsigned bytes) {
  return bytes == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * bytes) - 1;
}

/// The bytes at [hpa, hpa + bytes), `value` just after `s`, as they were just before it.
std::uint64_t undone(const machine::stored& s, std::uint64_t hpa, unsigned bytes, std::uint64_t value) {
  const std::uint64_t first = std::max(s.hpa, hpa), end = std::min(s.hpa + s.bytes, hpa + bytes);
  if (first >= end) return value;
  const std::uint64_t old = s.before >> 8 * (first - s.hpa) & mask_of(static_cast<unsigned>(end - first));
  const unsigned shift = static_cast<unsigned>(8 * (first - hpa));
  return (value & ~(mask_of(static_cast<unsigned>(end - first)) << shift)) | old << shift;
}

bool overlaps(const machine::stored& s, std::uint64_t hpa, unsigned bytes) {
  return s.hpa < hpa + bytes && hpa < s.hpa + s.bytes;
}

}  // namespace

void past::start(const reference::registers& r) {
  roots_.clear();
  invalidations_.clear();
  roots_.push_back({r.cr3, r.pdpte, 0, reference::never});
}

void past::registers_changed(reference::moment now, const reference::registers& r) {
  reference::root_version& last = roots_.back();
  if (last.cr3 == r.cr3 && last.pdpte == r.pdpte) return;
  last.died = now;
  roots_.push_back({r.cr3, r.pdpte, now, reference::never});
}

word value_at(const machine::ram& memory, std::uint64_t hpa, unsigned bytes, reference::moment when) {
  std::uint64_t value = memory.load(hpa, bytes);
  for (std::size_t n = memory.journal().size(); n > when; --n)
    value = undone(memory.journal()[n - 1], hpa, bytes, value);
  return value;
}

recollection::recollection(const past& p, const guest_view& v, word gva, reference::moment fresh, bool boundless)
    : past_(p), view_(v), boundless_(boundless) {
  reference::era current{.first = 0, .last = reference::never, .fresh = fresh, .global_only = false};
  if (!boundless) {
    bool global_only = false;
    for (std::size_t n = p.invalidations().size(); n > 0; --n) {
      const invalidation& i = p.invalidations()[n - 1];
      using scope = invalidation::scope;
      const bool of_this_page = (i.what == scope::page && reference::invlpg_covers(i.gva, i.page_shift, gva)) ||
                                (i.what == scope::fault && reference::fault_covers(i.gva, i.page_shift, gva));
      if (i.what == scope::fault && !of_this_page) continue;
      current.first = i.at;
      if (i.what == scope::all || of_this_page) break;
      eras_.push_back(current);
      global_only = global_only || i.what == scope::not_global;
      current = {.first = 0, .last = i.at - 1, .fresh = reference::never, .global_only = global_only};
    }
  }
  eras_.push_back(current);
}

const recollection::entry& recollection::recall(word gpa, unsigned bytes) const {
  for (const entry& known : entries_) {
    if (known.gpa == gpa && known.bytes == bytes) return known;
  }
  entry e{gpa, bytes, {}};
  const auto there = view_.find(gpa);
  // Read-only memory cannot hold A and D; entries in it are cached as if it did.
  const word implied = there.read_only ? x86::entry::accessed | x86::entry::dirty : 0;
  if (there.backed) {
    const std::uint64_t hpa = view_.host_of(gpa);
    const machine::journal& stores = view_.memory().journal();
    std::uint64_t value = view_.memory().load(hpa, bytes);
    reference::moment died = reference::never;
    for (std::size_t n = stores.size(); n > 0; --n) {
      const machine::stored& s = stores[n - 1];
      if (!overlaps(s, hpa, bytes)) continue;
      e.versions.push_back({value | implied, n, died});
      value = undone(s, hpa, bytes, value);
      died = n;
    }
    e.versions.push_back({value | implied, 0, died});
  }
  entries_.push_back(std::move(e));
  return entries_.back();
}

unsigned recollection::count(word gpa, unsigned bytes) const {
  return static_cast<unsigned>(recall(gpa, bytes).versions.size());
}

reference::version recollection::value(word gpa, unsigned bytes, unsigned n) const {
  const reference::version v = recall(gpa, bytes).versions[n];
  return boundless_ ? reference::version{v.value, 0, reference::never} : v;
}

reference::root_version recollection::root(unsigned n) const {
  reference::root_version r = past_.roots()[n];
  if (boundless_) r.born = 0, r.died = reference::never;
  return r;
}

}  // namespace umbra::fuzz
