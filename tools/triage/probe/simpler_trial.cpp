#include "tools/triage/probe/simpler_trial.hpp"

#include <algorithm>
#include <bit>
#include <type_traits>

#include "fuzz/trial/raw.hpp"

namespace umbra::tools {

namespace {

using fuzz::trial;

/// Of a race, if nobody says otherwise.
constexpr std::uint8_t usual_bytes = 8;

/// How much there is to a trial: falls with every step.
unsigned weight(const trial& t) {
  unsigned all = 64 * t.length + 16 * static_cast<unsigned>(t.mode) + t.cpl + t.rip + t.page + t.nth +
                 (t.bytes == usual_bytes ? 0u : 1u + t.bytes) + 8 * static_cast<unsigned>(t.through) +
                 static_cast<unsigned>(std::popcount(t.flags)) +
                 static_cast<unsigned>(std::popcount(static_cast<std::uint8_t>(t.offset))) +
                 static_cast<unsigned>(std::popcount(t.value) + std::popcount(t.system)) +
                 static_cast<unsigned>(std::popcount(t.fs_base) + std::popcount(t.gs_base));
  for (const auto b : t.code) all += static_cast<unsigned>(std::popcount(b));
  for (const auto r : t.gpr) all += static_cast<unsigned>(std::popcount(r));
  for (const auto s : t.selector) all += static_cast<unsigned>(std::popcount(s));
  for (const auto& c : t.changes) all += c.which + c.what + static_cast<unsigned>(std::popcount(c.parameter));
  for (const auto& p : t.pokes) {
    all += static_cast<unsigned>(std::popcount(p.at) + std::popcount(p.value)) + p.bytes;
  }
  return all;
}

class candidates {
 public:
  explicit candidates(const trial& t) : from_(t), weight_(weight(t)) {}

  /// What `change` makes of the trial, if that is simpler.
  template <class Change>
  void offer(Change change) {
    trial t = from_;
    change(t);
    bytes_.clear();
    encode_trial(t, bytes_);
    decode_trial(bytes_, t);
    if (weight(t) < weight_ && !(t == from_)) all_.push_back(t);
  }

  /// Fewer bits of a number that `of` finds in a trial: none, the lower half, then one less.
  template <class Of>
  void fewer_bits(Of of) {
    using number = std::remove_reference_t<decltype(of(std::declval<trial&>()))>;
    trial copy = from_;
    const auto value = static_cast<std::uint64_t>(of(copy));
    const auto keep = [&](std::uint64_t mask) {
      if ((value & mask) != value) offer([&](trial& t) { of(t) = static_cast<number>(value & mask); });
    };
    keep(0);
    keep(0xffff'ffff);
    keep(0xffff);
    for (unsigned bit = 64; bit-- > 0;) keep(~(std::uint64_t{1} << bit));
  }

  std::vector<trial> take() { return std::move(all_); }

 private:
  trial from_;
  unsigned weight_;
  std::vector<std::uint8_t> bytes_;
  std::vector<trial> all_;
};

}  // namespace

std::vector<trial> simpler_trials(const trial& from) {
  candidates c(from);
  c.offer([](trial& t) {
    t.through = fuzz::ordeal::none, t.page = t.nth = 0, t.offset = 0, t.bytes = usual_bytes, t.value = 0;
  });
  c.offer([](trial& t) { t.pokes = {}; });
  c.offer([](trial& t) { t.changes = {}; });
  c.offer([](trial& t) { t.gpr = {}; });
  c.offer([](trial& t) { t.selector = {}; });
  for (unsigned n = 0; n < trial::pokes_limit; ++n) c.offer([n](trial& t) { t.pokes[n] = {}; });
  for (unsigned n = 0; n < trial::changes_limit; ++n) c.offer([n](trial& t) { t.changes[n] = {}; });
  for (unsigned mode = 0; mode < static_cast<unsigned>(from.mode); ++mode) {
    c.offer([mode](trial& t) { t.mode = static_cast<fuzz::trial_mode>(mode); });
  }
  for (unsigned n = 0; n < from.length && from.length > 1; ++n) {
    c.offer([n](trial& t) {
      std::copy(t.code.begin() + n + 1, t.code.end(), t.code.begin() + n);
      t.code.back() = 0;
      --t.length;
    });
  }
  c.offer([](trial& t) { t.cpl = 0; });
  c.offer([](trial& t) { t.rip = 0; });
  c.offer([](trial& t) { t.page = 0; });
  c.offer([](trial& t) { t.nth = 0; });
  c.offer([](trial& t) { t.offset = 0; });
  c.offer([](trial& t) { t.bytes = usual_bytes; });
  c.fewer_bits([](trial & t) -> auto& { return t.system; });
  c.fewer_bits([](trial & t) -> auto& { return t.flags; });
  for (unsigned n = 0; n < from.gpr.size(); ++n) c.fewer_bits([n](trial & t) -> auto& { return t.gpr[n]; });
  for (unsigned n = 0; n < from.selector.size(); ++n) c.fewer_bits([n](trial & t) -> auto& { return t.selector[n]; });
  c.fewer_bits([](trial & t) -> auto& { return t.fs_base; });
  c.fewer_bits([](trial & t) -> auto& { return t.gs_base; });
  c.fewer_bits([](trial & t) -> auto& { return t.value; });
  for (unsigned n = 0; n < trial::changes_limit; ++n) {
    c.fewer_bits([n](trial & t) -> auto& { return t.changes[n].parameter; });
  }
  for (unsigned n = 0; n < trial::pokes_limit; ++n) {
    c.fewer_bits([n](trial & t) -> auto& { return t.pokes[n].value; });
  }
  for (unsigned n = 0; n < from.length; ++n) c.fewer_bits([n](trial & t) -> auto& { return t.code[n]; });
  return c.take();
}

}  // namespace umbra::tools
