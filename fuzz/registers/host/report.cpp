#include "fuzz/registers/host/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace umbra::registercheck {
namespace {

constexpr const char* names[instructions] = {"MOV to CR", "MOV from CR", "LMSW",      "CLTS",       "SMSW",
                                             "WRMSR",     "RDMSR",       "MOV to DR", "MOV from DR"};

}  // namespace

std::string describe(std::uint32_t number, const mismatch& m) {
  const trial& t = m.tried;
  const outcome& o = m.observed;
  return fmt::format(
      "trial {}: {} {:#x}, value {:#x}, with CR0 {:x} CR4 {:x} EFER {:x} DR7 {:x}: {}\n"
      "  vector {} error code {:#x} value {:#x} DR6 {:x} DR7 {:x}\n",
      number, names[static_cast<unsigned>(t.what)], t.number, t.value, t.cr0, t.cr4, t.efer, t.dr7, m.wrong, o.vector,
      o.error_code, o.value, o.dr6, o.dr7);
}

std::string summary(const tally& sums) {
  std::string text;
  for (unsigned i = 0; i < instructions; ++i)
    text += fmt::format("  {:<12} {:>8} completed, {:>8} raised an exception\n", names[i], sums.completed[i],
                        sums.faulted[i]);
  return text;
}

nlohmann::json as_json(const tally& sums) {
  nlohmann::json by_instruction;
  for (unsigned i = 0; i < instructions; ++i)
    by_instruction[names[i]] = {{"completed", sums.completed[i]}, {"faulted", sums.faulted[i]}};
  return {{"trials", sums.trials}, {"instructions", by_instruction}};
}

}  // namespace umbra::registercheck
