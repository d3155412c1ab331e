#include "models/smt/slices.hpp"

#include <algorithm>
#include <bit>

#include "models/smt/bits.hpp"

namespace umbra::smt {

slice slice::part(unsigned from, unsigned bits) const {
  if (known()) return {nullptr, (value >> from) & mask_of(bits), 0, bits};
  return {atom, 0, low + from, bits};
}

void append(slices& all, const slice& s) {
  if (!all.empty()) {
    slice& last = all.back();
    if (last.known() && s.known()) {
      last.value |= s.value << last.count;
      last.count += s.count;
      return;
    }
    if (last.atom == s.atom && last.low + last.count == s.low) {
      last.count += s.count;
      return;
    }
  }
  all.push_back(s);
}

slices cut(const slices& all, unsigned from, unsigned bits) {
  slices some;
  unsigned at = 0;
  for (const slice& s : all) {
    const unsigned first = std::max(at, from), end = std::min(at + s.count, from + bits);
    if (first < end) append(some, s.part(first - at, end - first));
    at += s.count;
  }
  return some;
}

std::vector<pairing> paired(const slices& a, const slices& b) {
  std::vector<pairing> all;
  std::size_t i = 0, j = 0;
  unsigned done_a = 0, done_b = 0;
  while (i < a.size() && j < b.size()) {
    const unsigned bits = std::min(a[i].count - done_a, b[j].count - done_b);
    all.push_back({a[i].part(done_a, bits), b[j].part(done_b, bits)});
    done_a += bits;
    done_b += bits;
    if (done_a == a[i].count) ++i, done_a = 0;
    if (done_b == b[j].count) ++j, done_b = 0;
  }
  return all;
}

namespace {

/// How many bits from `at` on are the same as bit `at`.
unsigned run_length(std::uint64_t value, unsigned at, unsigned count) {
  const std::uint64_t rest = value >> at;
  return std::min(static_cast<unsigned>((rest & 1) != 0 ? std::countr_one(rest) : std::countr_zero(rest)), count - at);
}

}  // namespace

std::vector<pairing> runs_of_agreement(const pairing& p) {
  if (!p.a.known() || !p.b.known()) return {p};
  std::vector<pairing> runs;
  for (unsigned at = 0; at < p.a.count;) {
    const unsigned bits = run_length(p.a.value ^ p.b.value, at, p.a.count);
    runs.push_back({p.a.part(at, bits), p.b.part(at, bits)});
    at += bits;
  }
  return runs;
}

std::vector<slice> runs_of(const slice& s) {
  if (!s.known()) return {s};
  std::vector<slice> runs;
  for (unsigned at = 0; at < s.count;) {
    const unsigned bits = run_length(s.value, at, s.count);
    runs.push_back(s.part(at, bits));
    at += bits;
  }
  return runs;
}

unsigned width_of(const slices& all) {
  unsigned width = 0;
  for (const slice& s : all) width += s.count;
  return width;
}

}  // namespace umbra::smt
