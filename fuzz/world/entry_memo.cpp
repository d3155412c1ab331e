#include "fuzz/world/entry_memo.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/x86/event.hpp"

namespace umbra::fuzz {

using machine::vmcs_store;

namespace {

constexpr std::uint8_t no_field = 0xff;
static_assert(vmcs_store::count < no_field);

/// The numbers of all fields, by half their encodings.
constexpr auto numbers = [] {
  std::array<std::uint8_t, 0x4000> all{};
  for (std::uint32_t n = 0; n < all.size(); ++n) {
    const auto f = static_cast<x86::vmcs>(2 * n);
    all[n] = vmcs_store::exists(f) ? static_cast<std::uint8_t>(vmcs_store::number_of(f)) : no_field;
  }
  return all;
}();

/// Of a field that exists; else no_field.
unsigned number_of(x86::vmcs f) {
  const auto encoding = static_cast<std::uint32_t>(f);
  return encoding % 2 == 0 && encoding / 2 < numbers.size() ? numbers[encoding / 2] : no_field;
}

/// An event that is not valid is none, whatever else its field holds (25.8.3). That is most of the time; and what has
/// been delivered stays there, but for this bit.
constexpr unsigned event_number = vmcs_store::number_of(x86::vmcs::entry_event);
std::uint64_t event_of(std::uint64_t field) { return (field & x86::event_field::valid) != 0 ? field : 0; }

}  // namespace

class entry_memo::reader {
 public:
  reader(entry_memo& m, const reference::memory_view& memory, unsigned rule) : memo_(m), memory_(memory), rule_(rule) {}

  word operator()(x86::vmcs f) const { return bits(f, ~std::uint64_t{0}); }
  word bits(x86::vmcs f, std::uint64_t mask) const {
    const unsigned n = number_of(f);
    if (n == no_field) return 0;
    memo_.reads_.push_back({n, mask});
    return memo_.fields_[n] & mask;
  }
  word read(word address, unsigned bytes) const {
    const word value = memory_.read(address, bytes);
    memo_.memory_.push_back({rule_, bytes, address, value});
    memo_.from_memory_.add(rule_);
    return value;
  }

 private:
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
  all_and_msrs_ = all_;
  all_and_msrs_.add(msr_loading_);
  stale_ = all_and_msrs_;
}

/// Takes the VMCS and memory as they are now, and finds out whose answers are stale.
void entry_memo::look(const vmcs_store& fields, const reference::memory_view& memory, const rule_set& wanted) {
  const auto& now = fields.values();
  constexpr unsigned block = 8;
  for (unsigned first = 0; first < vmcs_store::count; first += block) {
    const unsigned end = first + block < vmcs_store::count ? first + block : vmcs_store::count;
    std::uint64_t any = 0;
    for (unsigned n = first; n < end; ++n) any |= now[n] ^ fields_[n];
    for (unsigned n = first; any != 0 && n < end; ++n) {
      const std::uint64_t value = n == event_number ? event_of(now[n]) : now[n];
      const std::uint64_t changed = value ^ std::exchange(fields_[n], value);
      if (changed == 0) continue;
      for (const bits_read& b : readers_[n])
        if ((changed & b.mask) != 0) stale_.add(b.rules);
    }
  }
  for (const memory_read& r : memory_)
    if (wanted.has(r.rule) && !stale_.has(r.rule) && memory.read(r.address, r.bytes) != r.value) stale_.add(r.rule);
}

template <class Ask>
void entry_memo::ask(unsigned rule, const reference::memory_view& memory, Ask&& question) {
  if (from_memory_.has(rule)) {
    std::erase_if(memory_, [rule](const memory_read& r) { return r.rule == rule; });
    from_memory_.remove(rule);
  }
  stale_.remove(rule);
  ++asked_;
  reads_.clear();
  const reader r(*this, memory, rule);
  question(reference::entry_view{r, r, processor_});
  if (reads_ != known_reads_[rule]) learn(rule);
}

/// What a rule has read it may read again, even if it does not the next time.
void entry_memo::learn(unsigned rule) {
  for (const field_read& r : reads_) {
    std::vector<bits_read>& all = readers_[r.field];
    auto same = std::ranges::find(all, r.mask, &bits_read::mask);
    if (same == all.end()) same = all.insert(same, {r.mask, {}});
    same->rules.add(rule);
  }
  known_reads_[rule] = reads_;
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
  look(fields, memory, of_guest_);
  ask(of_guest_, memory);
  return verdict(of_guest_);
}

reference::entry_verdict entry_memo::check_entry(const vmcs_store& fields, const reference::memory_view& memory) {
  look(fields, memory, all_and_msrs_);
  ask(all_, memory);
  reference::entry_verdict v = verdict(all_);
  if (!v.may_enter()) return v;
  if (stale_.has(msr_loading_))
    ask(msr_loading_, memory, [&](const reference::entry_view& view) { failing_msr_ = reference::failing_msr(view); });
  v.msr = failing_msr_;
  return v;
}

}  // namespace umbra::fuzz
