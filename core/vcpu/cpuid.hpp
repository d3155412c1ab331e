// What CPUID tells the guest.
#pragma once

#include <array>
#include <span>

#include <word/word.hpp>

#include "core/x86/features.hpp"

namespace umbra::vcpu {

struct cpuid_result {
  word eax{}, ebx{}, ecx{}, edx{};
};

/// The answer for a leaf, or for one sub-leaf of it. A VMM says these, so they are numbers.
struct cpuid_row {
  std::uint32_t leaf = 0, subleaf = 0;
  bool has_subleaves = false;  ///< ECX counts
  std::uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};

/// What a vCPU's registers decide of the answer, whatever the table says.
struct cpuid_dynamic {
  flag apic_enabled{};  ///< by IA32_APIC_BASE
  flag long_code{};     ///< 64-bit code asks: there is no SYSCALL in any other, on Intel's
};

class cpuid_table {
 public:
  static constexpr unsigned limit = 64;

  /// A processor with `features` and what else every one has that umbra runs on; `apic_id` tells vCPUs apart.
  cpuid_table(const x86::features&, unsigned apic_id);

  /// Takes a VMM's rows instead. False, and nothing changed: there are too many.
  bool set(std::span<const cpuid_row>);
  /// Whether these are the rows that it has.
  bool says(std::span<const cpuid_row>) const;
  unsigned count() const { return count_; }
  /// Row `n`: which leaf it is for, and with `result`, what it says.
  struct entry {
    std::uint32_t leaf = 0, subleaf = 0;
    bool has_subleaves = false;
    cpuid_result result{};
  };
  const entry& row(unsigned n) const { return entries_[n]; }

  /// The answer for EAX = `leaf`, ECX = `subleaf`. A leaf beyond the last basic one gets what the last basic one says,
  /// as do leaves beyond the last extended one (SDM 2A, CPUID).
  cpuid_result find(word leaf, word subleaf, const cpuid_dynamic& = {}) const;

 private:
  void add(const entry&);
  flag beyond(word leaf) const;
  cpuid_result listed(word leaf, word subleaf) const;

  std::array<entry, limit> entries_{};
  unsigned count_ = 0;
  word last_basic_{}, last_extended_{};
};

/// The features that a VMM's rows promise. False: there is no processor like that.
bool promised(std::span<const cpuid_row>, x86::features&);

}  // namespace umbra::vcpu
