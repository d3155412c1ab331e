// One vCPU's VMCS, field by field. The field is a template argument, so that its type is checked where it is used: what
// the core decides by itself is a number of the field's width; what the guest has a hand in, or is an address, is a
// word.
#pragma once

#include <concepts>
#include <type_traits>

#include "core/platform/platform.hpp"
#include "core/vcpu/segment.hpp"

namespace umbra::vmx {

consteval bool holds_word(x86::vmcs f) {
  using enum x86::vmcs;
  const x86::vmcs_part part = x86::part_of(f);
  if (part == x86::vmcs_part::information || part == x86::vmcs_part::guest) return true;
  return f == tsc_offset || f == cr0_shadow || f == cr4_shadow || f == entry_event || f == entry_error_code ||
         f == entry_instruction_length || f == entry_msr_load_address || f == exit_msr_store_address ||
         f == exit_msr_load_address;
}

template <x86::vmcs F>
using number_of_width = std::conditional_t<x86::bits_of(F) == 16, std::uint16_t,
                                           std::conditional_t<x86::bits_of(F) == 32, std::uint32_t, std::uint64_t>>;

template <x86::vmcs F>
using field_type = std::conditional_t<holds_word(F), word, number_of_width<F>>;

class vmcs {
 public:
  vmcs(platform::host& h, platform::vcpu_id v) : host_(h), vcpu_(v) {}

  template <x86::vmcs F>
  word read() const {
    static_assert(holds_word(F), "the core knows what it wrote");
    return platform::read_vmcs(host_, vcpu_, F);
  }
  /// A word that is wider than the field loses its upper bits, as in a register.
  template <x86::vmcs F, std::same_as<field_type<F>> Value>
  void write(Value value) {
    static_assert(x86::part_of(F) != x86::vmcs_part::information, "for the processor to write");
    platform::write_vmcs(host_, vcpu_, F, cut<F>(word{value}));
  }

  vcpu::segments read_segments() const;
  void write_segments(const vcpu::segments&);
  /// The current privilege level: SS's DPL (SDM 25.4.1).
  word cpl() const;

 private:
  template <x86::vmcs F>
  static word cut(word value) {
    if constexpr (x86::bits_of(F) == 64)
      return value;
    else
      return field(value, 0, x86::bits_of(F));
  }

  platform::host& host_;
  platform::vcpu_id vcpu_;
};

}  // namespace umbra::vmx
