#include "fuzz/world/entry_memo.hpp"

#include <cstdlib>
#include <utility>

namespace umbra::fuzz {

using machine::vmcs_store;

class entry_memo::reader {
 public:
  reader(entry_memo& m, const reference::memory_view& memory, unsigned rule) : memo_(m), memory_(memory), rule_(rule) {}

  word operator()(x86::vmcs f) const { return bits(f, ~std::uint64_t{0}); }
  word bits(x86::vmcs f, std::uint64_t mask) const {
    if (!vmcs_store::exists(f)) return 0;
    const unsigned n = vmcs_store::number_of(f);
    note(memo_.read_[n], mask);
    return memo_.fields_[n] & mask;
  }
  word read(word address, unsigned bytes) const {
    const word value = memory_.read(address, bytes);
    memo_.memory_.push_back({rule_, bytes, address, value});
    return value;
  }

 private:
  void note(std::vector<bits_read>& of_field, std::uint64_t mask) const {
    for (bits_read& b : of_field)
      if (b.mask == mask) return b.rules.add(rule_);
    of_field.push_back({mask, {}});
    of_field.back().rules.add(rule_);
  }

  entry_memo& memo_;
  const reference::memory_view& memory_;
  unsigned rule_;
};

entry_memo::entry_memo(const reference::vmx_processor& p) : processor_(p), msr_loading_(reference::rule_count()) {
  if (msr_loading_ >= limit) std::abort();  // `limit` is to grow with the model
  for (unsigned n = 0; n < msr_loading_; ++n) {
    rules_.push_back(&reference::rule_at(n));
    all_.add(n);
    if (n >= reference::first_guest_rule()) of_guest_.add(n);
    by_failure_[static_cast<unsigned>(rules_[n]->failure)].add(n);
  }
  stale_ = all_;
  stale_.add(msr_loading_);
}

/// Takes the VMCS and memory as they are now, and finds out whose answers are stale.
void entry_memo::look(const vmcs_store& fields, const reference::memory_view& memory) {
  const auto& now = fields.values();
  constexpr unsigned block = 8;
  for (unsigned first = 0; first < vmcs_store::count; first += block) {
    const unsigned end = first + block < vmcs_store::count ? first + block : vmcs_store::count;
    std::uint64_t any = 0;
    for (unsigned n = first; n < end; ++n) any |= now[n] ^ fields_[n];
    for (unsigned n = first; any != 0 && n < end; ++n) {
      const std::uint64_t changed = now[n] ^ std::exchange(fields_[n], now[n]);
      if (changed == 0) continue;
      for (const bits_read& b : read_[n])
        if ((changed & b.mask) != 0) stale_.add(b.rules);
    }
  }
  for (const memory_read& r : memory_)
    if (!stale_.has(r.rule) && memory.read(r.address, r.bytes) != r.value) stale_.add(r.rule);
}

template <class Ask>
void entry_memo::ask(unsigned rule, const reference::memory_view& memory, Ask&& question) {
  std::erase_if(memory_, [rule](const memory_read& r) { return r.rule == rule; });
  stale_.remove(rule);
  ++asked_;
  const reader r(*this, memory, rule);
  question(reference::entry_view{r, r, processor_});
}

/// Asks those of `wanted` whose answers are stale.
void entry_memo::ask(const rule_set& wanted, const reference::memory_view& memory) {
  for (unsigned n = 0; (n = stale_.first_common(wanted, all_)) != limit;) {
    ask(n, memory, [&](const reference::entry_view& v) {
      if (rules_[n]->holds(v))
        broken_.remove(n);
      else
        broken_.add(n);
    });
  }
}

/// What `of` say, of whom nobody is stale.
reference::entry_verdict entry_memo::verdict(const rule_set& of) const {
  reference::entry_verdict v;
  for (unsigned f = 0; f < reference::entry_failures; ++f) {
    const unsigned first = broken_.first_common(of, by_failure_[f]);
    if (first != limit) v.broken[f] = word{first + 1};
  }
  return v;
}

reference::entry_verdict entry_memo::check_guest_state(const vmcs_store& fields, const reference::memory_view& memory) {
  look(fields, memory);
  ask(of_guest_, memory);
  return verdict(of_guest_);
}

reference::entry_verdict entry_memo::check_entry(const vmcs_store& fields, const reference::memory_view& memory) {
  look(fields, memory);
  ask(all_, memory);
  reference::entry_verdict v = verdict(all_);
  if (!v.may_enter()) return v;
  if (stale_.has(msr_loading_))
    ask(msr_loading_, memory, [&](const reference::entry_view& view) { failing_msr_ = reference::failing_msr(view); });
  v.msr = failing_msr_;
  return v;
}

}  // namespace umbra::fuzz
