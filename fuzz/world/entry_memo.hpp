// The model of VM entry, with a memory: a rule is asked again only if something that it has read has changed.
//
// A rule is a function of what it reads, and of nothing else. So where that is the same, its answer is. What it reads
// is seen while it is asked, field by field and word by word; nobody has to say it. From one VM entry to the next, few
// fields of a VMCS change, and there are two hundred rules.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "models/machine/vmcs_store.hpp"
#include "models/reference/vm_entry/check.hpp"

namespace umbra::fuzz {

class entry_memo {
 public:
  /// `p` must outlive the memo, and not change.
  explicit entry_memo(const reference::vmx_processor& p);

  /// As reference::check_entry() and reference::check_guest_state(), of a VMCS and of the memory as it is now.
  reference::entry_verdict check_entry(const machine::vmcs_store&, const reference::memory_view&);
  reference::entry_verdict check_guest_state(const machine::vmcs_store&, const reference::memory_view&);

  /// How many rules have been asked so far.
  std::uint64_t asked() const { return asked_; }

 private:
  static constexpr unsigned limit = 256;  ///< of rules

  /// A set of rules, by number.
  class rule_set {
   public:
    void add(unsigned n) { words_[n / 64] |= std::uint64_t{1} << n % 64; }
    void remove(unsigned n) { words_[n / 64] &= ~(std::uint64_t{1} << n % 64); }
    void add(const rule_set& s) {
      for (unsigned i = 0; i < words_.size(); ++i) words_[i] |= s.words_[i];
    }
    bool has(unsigned n) const { return (words_[n / 64] >> n % 64 & 1) != 0; }
    /// The first that all three have; `limit` if there is none.
    unsigned first_common(const rule_set& a, const rule_set& b) const {
      for (unsigned i = 0; i < words_.size(); ++i)
        if (const std::uint64_t common = words_[i] & a.words_[i] & b.words_[i])
          return 64 * i + static_cast<unsigned>(std::countr_zero(common));
      return limit;
    }

   private:
    std::array<std::uint64_t, limit / 64> words_{};
  };
  /// Bits of a field that a rule has read.
  struct field_read {
    unsigned field = 0;
    std::uint64_t mask = 0;

    bool operator==(const field_read&) const = default;
  };
  /// Rules that have ever read these bits of a field.
  struct bits_read {
    std::uint64_t mask;
    rule_set rules;
  };
  /// What a rule has read of memory.
  struct memory_read {
    unsigned rule, bytes;
    word address, value;
  };
  /// What rules read, for them and for this memo.
  class reader;

  void look(const machine::vmcs_store&, const reference::memory_view&, const rule_set& wanted);
  template <class Ask>
  void ask(unsigned rule, const reference::memory_view&, Ask&&);
  void ask(const rule_set&, const reference::memory_view&);
  void learn(unsigned rule);
  reference::entry_verdict verdict(const rule_set&) const;

  const reference::vmx_processor& processor_;
  const unsigned msr_loading_;  ///< the number that stands for reference::failing_msr()
  std::vector<const reference::entry_rule*> rules_;
  rule_set all_, all_and_msrs_, of_guest_;
  std::array<rule_set, reference::entry_failures> by_failure_;

  std::array<std::uint64_t, machine::vmcs_store::count> fields_{};  ///< as they were last
  std::array<std::vector<bits_read>, machine::vmcs_store::count> readers_;
  std::array<std::vector<field_read>, limit> known_reads_;  ///< of each rule, in the order in which it made them last
  std::vector<field_read> reads_;                           ///< of the rule that is being asked
  rule_set from_memory_;                                    ///< rules that have read memory
  std::vector<memory_read> memory_;                         ///< of all rules, when each was last asked
  rule_set stale_;                                          ///< to be asked before their answers count
  rule_set broken_;
  word failing_msr_{0};
  std::uint64_t asked_ = 0;
};

}  // namespace umbra::fuzz
