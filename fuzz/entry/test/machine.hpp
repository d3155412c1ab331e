// A processor for the tests of the comparison: the model itself, whose answers a test may change.
#pragma once

#include <functional>
#include <vector>

#include "fuzz/entry/host/compare.hpp"
#include "fuzz/entry/shared/generator.hpp"
#include "fuzz/entry/shared/record.hpp"

namespace umbra::entrycheck::test {

/// As Bochs's Skylake reports itself.
inline capabilities skylake() {
  return {.basic = 0xd8'1000'0000'002b,
          .misc = 0x6004'01e0,
          .ept_vpid = 0xf01'0633'4141,
          .vm_functions = 1,
          .pin = 0x7f'0000'0016,
          .processor = 0xf7f9'fffe'0400'6172,
          .secondary = 0x217'7fff'0000'0000,
          .exit = 0x7f'ffff'0003'6dfb,
          .entry = 0xffff'0000'11fb,
          .cr0_fixed0 = 0x8000'0021,
          .cr0_fixed1 = 0xffff'ffff,
          .cr4_fixed0 = 0x2000,
          .cr4_fixed1 = 0x37'27ff,
          .maxphyaddr = 40,
          .features = feature::nx | feature::long_mode};
}

inline host some_host() {
  return {.cr0 = 0x8001'0033,
          .cr3 = 0x40'4000,
          .cr4 = 0x2020,
          .efer = 0x500,
          .pat = 0x0007'0406'0007'0406,
          .rip = 0x40'00de,
          .gdtr_base = 0x40'3ec8,
          .idtr_base = 0,
          .tr_base = 0x40'7000};
}

/// How an attempt ended, in hardware's terms.
struct ending {
  std::uint8_t error = 0;
  std::uint32_t reason = 0;
  std::uint64_t qualification = 0;
};

/// An end that the model allows: the first in its order.
inline ending obedient(const judged& j) {
  using reference::entry_failure;
  constexpr std::uint32_t failed = 0x8000'0000;
  const auto& v = j.verdict;
  if (v.breaks(entry_failure::control)) return {.error = 7};
  if (v.breaks(entry_failure::host)) return {.error = 8};
  if (v.breaks(entry_failure::guest)) return {.reason = failed | 33};
  if (v.breaks(entry_failure::pdptes)) return {.reason = failed | 33, .qualification = 2};
  if (v.breaks(entry_failure::link)) return {.reason = failed | 33, .qualification = 4};
  if (v.msr != 0) return {.reason = failed | 34, .qualification = v.msr};
  return {.reason = 52};
}

using processor = std::function<ending(const judged&)>;

class stream {
 public:
  void put(std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) bytes_.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  }
  template <class T>
  void put_words(const T& object) {
    for (const std::uint64_t w : std::bit_cast<std::array<std::uint64_t, sizeof(T) / 8>>(object)) put(w, 8);
  }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// What the program would send, running on `on`.
inline std::vector<std::uint8_t> results(std::uint64_t seed, std::uint32_t attempts, const processor& on) {
  const capabilities machine = skylake();
  const host own = some_host();
  const generator states{machine, own, seed};
  stream out;
  out.put(record::magic, 4);
  out.put_words(machine);
  out.put_words(own);
  out.put(seed, 8);
  out.put(0, 4);
  state s;
  for (std::uint32_t n = 0; n < attempts; ++n) {
    states.make(n, s);
    const ending e = on(judged{s, machine});
    out.put(record::attempt_mark, 1);
    out.put(digest(s), 4);
    out.put(e.error, 1);
    out.put(e.reason, 4);
    out.put(e.qualification, 8);
  }
  out.put(record::end_mark, 1);
  out.put(attempts, 4);
  return out.take();
}

}  // namespace umbra::entrycheck::test
