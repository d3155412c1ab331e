#include "core/vmx/vmcs.hpp"

#include "core/x86/segment.hpp"

namespace umbra::vmx {

vcpu::segments vmx::vmcs::read_segments() const {
  using enum x86::vmcs;
  const auto get = [this](x86::vmcs f) { return platform::read_vmcs(host_, vcpu_, f); };
  vcpu::segments s;
  for (unsigned n = 0; n < vcpu::segment_count; ++n) {
    s.registers[n] = {.selector = get(nth(guest_es_selector, n)),
                      .base = get(nth(guest_es_base, n)),
                      .limit = get(nth(guest_es_limit, n)),
                      .rights = get(nth(guest_es_rights, n))};
  }
  s.gdtr = {.base = read<guest_gdtr_base>(), .limit = read<guest_gdtr_limit>()};
  s.idtr = {.base = read<guest_idtr_base>(), .limit = read<guest_idtr_limit>()};
  return s;
}

void vmx::vmcs::write_segments(const vcpu::segments& s) {
  using enum x86::vmcs;
  const auto set = [this](x86::vmcs f, word value) { platform::write_vmcs(host_, vcpu_, f, value); };
  for (unsigned n = 0; n < vcpu::segment_count; ++n) {
    const vcpu::segment& r = s.registers[n];
    set(nth(guest_es_selector, n), field(r.selector, 0, 16));
    set(nth(guest_es_base, n), r.base);
    set(nth(guest_es_limit, n), field(r.limit, 0, 32));
    set(nth(guest_es_rights, n), field(r.rights, 0, 32));
  }
  write<guest_gdtr_base>(s.gdtr.base);
  write<guest_gdtr_limit>(s.gdtr.limit);
  write<guest_idtr_base>(s.idtr.base);
  write<guest_idtr_limit>(s.idtr.limit);
}

word vmx::vmcs::cpl() const {
  namespace rights = x86::segment_rights;
  return field(read<x86::vmcs::guest_ss_rights>(), rights::dpl_at, rights::dpl_bits);
}

}  // namespace umbra::vmx
