#include "fuzz/world/event_ledger.hpp"

#include <algorithm>
#include <bit>

#include "core/x86/event.hpp"

namespace umbra::fuzz {

namespace {

using namespace x86::event_field;
using x86::event_type;

bool is(std::uint64_t information, event_type t) {
  return (information & valid) != 0 && (information >> type_at & ((1u << type_bits) - 1)) == static_cast<unsigned>(t);
}

unsigned vector_of(std::uint64_t information) { return information & ((1u << vector_bits) - 1); }

/// Type and vector.
bool same(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t identity = valid | ((std::uint64_t{1} << (type_at + type_bits)) - 1);
  return ((a ^ b) & identity) == 0;
}

}  // namespace

void event_ledger::nmi() {
  least_nmis_ = std::max(least_nmis_, 1u);
  most_nmis_ = std::min(most_nmis_ + 1, vcpu::nmi_queue::limit);
}

bool event_ledger::begin(const machine::injection& e) {
  begun_ = e.information;
  if (is(begun_, event_type::nmi)) return most_nmis_ != 0;
  if (!is(begun_, event_type::external_interrupt)) return true;
  const unsigned vector = vector_of(begun_);
  return (waiting_[vector / 64] & bit(vector)) != 0;
}

void event_ledger::end(const machine::exit_information& why) {
  const std::uint64_t begun = begun_;
  begun_ = 0;
  if ((why.reason & x86::exit_reason_field::entry_failed) != 0 || same(begun, why.vectoring_event)) return;
  if (is(begun, event_type::nmi)) {
    least_nmis_ -= least_nmis_ != 0;
    most_nmis_ -= most_nmis_ != 0;
  } else if (is(begun, event_type::external_interrupt)) {
    waiting_[vector_of(begun) / 64] &= ~bit(vector_of(begun));
  }
}

unsigned event_ledger::highest() const {
  for (unsigned n = waiting_.size(); n-- > 0;) {
    if (waiting_[n] != 0) return 64 * n + 63 - static_cast<unsigned>(std::countl_zero(waiting_[n]));
  }
  return none;
}

bool event_ledger::interrupt_besides(const machine::injection& e) const {
  std::array<std::uint64_t, vcpu::interrupt_queue::words> others = waiting_;
  const unsigned vector = vector_of(e.information);
  if (is(e.information, event_type::external_interrupt)) others[vector / 64] &= ~bit(vector);
  return others != decltype(others){};
}

bool event_ledger::agrees(const vcpu::interrupt_queue& interrupts, const vcpu::nmi_queue& nmis) const {
  for (unsigned n = 0; n < waiting_.size(); ++n) {
    if (interrupts.bits(n) != waiting_[n]) return false;
  }
  return least_nmis_ <= nmis.waiting() && nmis.waiting() <= most_nmis_;
}

void event_ledger::adopt(const vcpu::interrupt_queue& interrupts, const vcpu::nmi_queue& nmis) {
  for (unsigned n = 0; n < waiting_.size(); ++n) waiting_[n] = interrupts.bits(n);
  least_nmis_ = most_nmis_ = static_cast<unsigned>(nmis.waiting());
}

}  // namespace umbra::fuzz
