#include "fuzz/trial/raw.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include "fuzz/trial/layout.hpp"

namespace umbra::fuzz {

namespace {

/// Visits the fields in the order of version 1. One list serves both directions, so that they cannot differ.
template <class Trial, class Visit>
void fields(Trial& t, Visit&& visit) {
  visit(t.mode);
  visit(t.cpl);
  visit(t.through);
  visit(t.judge);
  visit(t.length);
  for (auto& b : t.code) visit(b);
  visit(t.rip);
  visit(t.flags);
  for (auto& r : t.gpr) visit(r);
  for (auto& s : t.selector) visit(s);
  visit(t.fs_base);
  visit(t.gs_base);
  visit(t.system);
  for (auto& c : t.changes) {
    visit(c.which);
    visit(c.what);
    visit(c.parameter);
  }
  visit(t.page);
  visit(t.nth);
  visit(t.offset);
  visit(t.bytes);
  visit(t.value);
  for (auto& p : t.pokes) {
    visit(p.at);
    visit(p.bytes);
    visit(p.value);
  }
}

static_assert(std::endian::native == std::endian::little, "fields are copied as they lie in memory");

template <class T>
struct plain {
  using type = std::make_unsigned_t<T>;
};
template <class T>
requires std::is_enum_v<T>
struct plain<T> {
  using type = std::underlying_type_t<T>;
};

/// Brings each field into its range.
void settle(trial& t) {
  t.mode = static_cast<trial_mode>(static_cast<unsigned>(t.mode) % trial_modes);
  t.cpl %= 4;
  t.through = static_cast<ordeal>(static_cast<unsigned>(t.through) % ordeals);
  t.length = static_cast<std::uint8_t>(t.length == 0 ? 1 : (t.length - 1) % emulate::longest_instruction + 1);
  std::fill(t.code.begin() + t.length, t.code.end(), std::uint8_t{0});
  t.rip %= emucheck::code_window.end - emucheck::code_window.begin;
  t.system &= trial_system::all;
  for (segment_change& c : t.changes) {
    c.which %= 6;
    c.what %= segment_change::kinds;
    if (c.what == segment_change::nothing) c = {};
  }
  for (trial_poke& p : t.pokes) {
    p.bytes %= 9;
    p.at %= memory_end;
    if (p.bytes == 0)
      p = {};
    else if (p.bytes < 8)
      p.value &= (std::uint64_t{1} << (8 * p.bytes)) - 1;
  }
  t.page %= memory_pages;
  t.bytes = static_cast<std::uint8_t>(t.bytes % 8 == 0 ? 8 : t.bytes % 8);
}

}  // namespace

void decode_trial(std::span<const std::uint8_t> bytes, trial& t) {
  // Every version is read as the first one for now.
  std::size_t at = 1;
  const auto read = [&](auto& field) {
    using unsigned_type = typename plain<std::remove_reference_t<decltype(field)>>::type;
    unsigned_type value = 0;
    if (at < bytes.size()) std::memcpy(&value, &bytes[at], std::min(sizeof value, bytes.size() - at));
    at += sizeof value;
    field = static_cast<std::remove_reference_t<decltype(field)>>(value);
  };
  fields(t, read);
  settle(t);
}

void encode_trial(const trial& t, std::vector<std::uint8_t>& bytes) {
  bytes.resize(512);
  bytes[0] = trial_version;
  std::size_t at = 1;
  fields(t, [&](const auto& field) {
    const auto value = static_cast<typename plain<std::remove_cvref_t<decltype(field)>>::type>(field);
    std::memcpy(&bytes[at], &value, sizeof value);
    at += sizeof value;
  });
  while (at > 2 && bytes[at - 1] == 0) --at;
  bytes.resize(at);
}

}  // namespace umbra::fuzz
