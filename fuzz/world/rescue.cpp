// A guest that cannot go on, put right by its VMM: else no exit comes of the rest of a program that has left it so.
#include "core/x86/activity.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/segment.hpp"
#include "fuzz/world/world.hpp"

namespace umbra::fuzz {

namespace {

using enum x86::vmcs;

struct field_value {
  x86::vmcs field;
  std::uint64_t value;
};

/// What VM entry looks at of a guest beside its control registers, RIP, RFLAGS and segment registers (SDM 27.3.1).
constexpr field_value at_peace[] = {{guest_activity, x86::activity::active},
                                    {guest_interruptibility, 0},
                                    {guest_pending_debug, 0},
                                    {guest_debugctl, 0},
                                    {guest_sysenter_esp, 0},
                                    {guest_sysenter_eip, 0},
                                    {guest_gdtr_base, 0},
                                    {guest_gdtr_limit, 0xffff},
                                    {guest_idtr_base, 0},
                                    {guest_idtr_limit, 0xffff},
                                    {link_pointer, ~std::uint64_t{0}}};

vcpu::segments real_mode_segments() {
  vcpu::segments s = vcpu::segments::at_reset();
  vcpu::segment& cs = s[vcpu::segment_name::cs];
  cs.selector = cs.base = 0;
  return s;
}

}  // namespace

/// The mode stays; in it, all is as VM entry takes it, and nothing is left to be delivered but what the VMM has sent.
void world::rescue(unsigned id) {
  if (!bring_out(id)) return;
  vmx::cpu& v = *vcpus_[id];
  machine::processor& cpu = machine_->cpu(id);
  for (const field_value& f : at_peace) cpu.inform(f.field, f.value);
  v.guest().state().general.rflags = x86::rflags::fixed;
  v.guest().state().blocking = 0;
  v.guest().set_halted(false);
  v.guest().events().clear();
  if (is_protected(id)) {
    flatten(id);
    v.set_segments(v.vmcs().read_segments());
  } else {
    v.set_segments(real_mode_segments());
  }
  stuck_[id] = 0;
  spoilt_[id] = false;
  note_due(id);
  note_arrival(id);
}

}  // namespace umbra::fuzz
