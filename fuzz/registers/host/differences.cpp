#include "fuzz/registers/host/differences.hpp"

#include "core/x86/msr.hpp"

namespace umbra::registercheck {
namespace {

bool writes_msr(const trial& t, x86::msr which) {
  return t.what == instruction::wrmsr && t.number == static_cast<std::uint32_t>(which);
}

/// It went as if the model had expected this value and no exception.
bool completes_with(std::uint64_t value, const trial& t, const outcome& o, expectation e) {
  e.completes = e.value_counts = true;
  e.faults = 0;
  e.value = value;
  return e.judge(t, o).empty();
}

constexpr difference all[] = {
    {"IA32_TSC_AUX takes bits 63:32, and drops them", "SDM 4 table 2-2: reserved; SDM 2 WRMSR: #GP for reserved bits",
     [](const trial& t, const outcome& o, const expectation& e) {
       return writes_msr(t, x86::msr::tsc_aux) && t.value >> 32 != 0 && completes_with(t.value & 0xffff'ffff, t, o, e);
     }},
};

}  // namespace

std::span<const difference> known_differences() { return all; }

std::optional<std::size_t> explanation(const trial& t, const outcome& o, const expectation& e) {
  for (std::size_t i = 0; i < std::size(all); ++i)
    if (all[i].explains(t, o, e)) return i;
  return std::nullopt;
}

}  // namespace umbra::registercheck
