#include "fuzz/entry/host/model.hpp"

namespace umbra::entrycheck {

reference::vmx_processor processor_of(const capabilities& c) {
  reference::vmx_processor p;
  p.basic = c.basic, p.misc = c.misc, p.ept_vpid = c.ept_vpid, p.vm_functions = c.vm_functions;
  p.pin = c.pin, p.processor = c.processor, p.secondary = c.secondary, p.exit = c.exit, p.entry = c.entry;
  p.cr0_fixed0 = c.cr0_fixed0, p.cr0_fixed1 = c.cr0_fixed1;
  p.cr4_fixed0 = c.cr4_fixed0, p.cr4_fixed1 = c.cr4_fixed1;
  p.cpuid.maxphyaddr = static_cast<unsigned>(c.maxphyaddr);
  p.cpuid.nx = (c.features & feature::nx) != 0;
  p.cpuid.long_mode = (c.features & feature::long_mode) != 0;
  p.rtm = (c.features & feature::rtm) != 0;
  p.sgx = (c.features & feature::sgx) != 0;
  p.current_vmcs = layout::vmcs_region;
  return p;
}

word state_memory::read(word address, unsigned bytes) const {
  const auto quad = [&](word at) -> word {
    if (at - layout::guest_tables < sizeof(state_.pdptes)) return state_.pdptes[(at - layout::guest_tables) / 8];
    if (at - layout::entry_list < sizeof(state_.entry_list)) return state_.entry_list[(at - layout::entry_list) / 8];
    if (at == layout::virtual_apic + layout::task_priority) return state_.task_priority;
    if (at == layout::linked) return state_.linked;
    if (at == layout::vmcs_region) return capabilities_.basic & 0x7fff'ffff;
    return 0;
  };
  const word value = quad(address & ~word{7});
  return bytes == 8 ? value : value >> (address & 4 ? 32 : 0) & 0xffff'ffff;
}

namespace {

/// Calls `ask` with the model's view of a state.
template <class Ask>
auto with_view(const judged& j, Ask ask) {
  const auto fields = [&j](x86::vmcs f) { return j.tried.get(f); };
  const state_memory memory{j.tried, j.machine};
  return ask(reference::entry_view{fields, memory, j.processor});
}

}  // namespace

judged::judged(const state& s, const capabilities& c) : tried(s), machine(c), processor(processor_of(c)) {
  verdict = with_view(*this, [](const reference::entry_view& v) { return reference::check_entry(v); });
}

std::vector<unsigned> judged::broken() const {
  return with_view(*this, [](const reference::entry_view& v) {
    std::vector<unsigned> numbers;
    for (unsigned i = 0; i < reference::rule_count(); ++i)
      if (!reference::rule_at(i).holds(v)) numbers.push_back(i);
    return numbers;
  });
}

word judged::failing_msr() const {
  return with_view(*this, [](const reference::entry_view& v) { return reference::failing_msr(v); });
}

}  // namespace umbra::entrycheck
