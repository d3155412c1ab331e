#include "fuzz/guest/program/machine.hpp"

#include "fuzz/guest/program/cpuid.hpp"
#include "fuzz/guest/shared/layout.hpp"

namespace umbra::opguest {
namespace {

struct [[gnu::packed]] range {
  std::uint32_t size;  ///< of the rest
  std::uint64_t base, length;
  std::uint32_t type;  ///< 1: memory
};

bool has_far_memory(const boot_information& boot) {
  constexpr std::uint32_t has_map = 1u << 6;
  if (!(boot.flags & has_map)) return false;
  for (std::uint32_t at = boot.map_at; at < boot.map_at + boot.map_bytes;) {
    const auto& r = *reinterpret_cast<const range*>(static_cast<std::uintptr_t>(at));
    if (r.type == 1 && r.base <= layout::far && r.base + r.length >= layout::far_end) return true;
    at += r.size + sizeof(r.size);
  }
  return false;
}

/// The number behind `name` in `line`, or `otherwise`.
std::uint64_t number(const char* line, const char* name, std::uint64_t otherwise) {
  for (; *line; ++line) {
    const char *l = line, *n = name;
    while (*n && *l == *n) ++l, ++n;
    if (*n) continue;
    std::uint64_t value = 0;
    for (; *l >= '0' && *l <= '9'; ++l) value = value * 10 + static_cast<unsigned>(*l - '0');
    return value;
  }
  return otherwise;
}

}  // namespace

environment explore(const boot_information& boot) {
  environment e;
  const std::uint32_t basic = cpuid(0).eax, extended = cpuid(0x8000'0000).eax;
  if (extended >= 0x8000'0001) {
    const leaf l = cpuid(0x8000'0001);
    e.no_execute = bit(l.edx, 20);
    e.gbpages = bit(l.edx, 26);
    e.long_mode = bit(l.edx, 29);
  }
  if (extended >= 0x8000'0008) e.maxphyaddr = static_cast<std::uint8_t>(cpuid(0x8000'0008).eax);
  if (basic >= 7) {
    const leaf l = cpuid(7);
    e.smep = bit(l.ebx, 7);
    e.smap = bit(l.ebx, 20);
  }
  e.far_memory = has_far_memory(boot) && e.maxphyaddr > 32;
  return e;
}

order read_order(const boot_information& boot) {
  constexpr std::uint32_t has_command_line = 1u << 2;
  const auto* const line = boot.flags & has_command_line
                               ? reinterpret_cast<const char*>(static_cast<std::uintptr_t>(boot.command_line))
                               : "";
  order o;
  o.seed = number(line, "seed=", o.seed);
  o.first = static_cast<std::uint32_t>(number(line, "first=", o.first));
  o.count = static_cast<std::uint32_t>(number(line, "count=", o.count));
  return o;
}

}  // namespace umbra::opguest
