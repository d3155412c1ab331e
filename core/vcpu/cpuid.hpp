// What CPUID tells the guest.
#pragma once

#include <array>

#include <word/word.hpp>

#include "core/x86/features.hpp"

namespace umbra::vcpu {

struct cpuid_result {
  word eax{}, ebx{}, ecx{}, edx{};
};

class cpuid_table {
 public:
  /// A processor with `features` and what else every one has that umbra runs on; `apic_id` tells vCPUs apart.
  cpuid_table(const x86::features&, unsigned apic_id);

  /// The answer for EAX = `leaf`, ECX = `subleaf`. A leaf beyond the last basic one gets what the last basic one says,
  /// as do leaves beyond the last extended one (SDM 2A, CPUID).
  cpuid_result find(word leaf, word subleaf) const;

 private:
  static constexpr unsigned limit = 40;
  struct entry {
    std::uint32_t leaf = 0, subleaf = 0;
    bool has_subleaves = false;
    cpuid_result result{};
  };

  void add(const entry& e) { entries_[count_++] = e; }

  std::array<entry, limit> entries_{};
  unsigned count_ = 0;
  std::uint32_t last_basic_ = 0;
};

}  // namespace umbra::vcpu
