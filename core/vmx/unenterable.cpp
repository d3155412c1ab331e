// Guest state that VM entry does not take, and how the guest gets out of it: by instructions that umbra executes, one
// by one, until entry can take over. In real mode, umbra delivers events by itself, too.

#include "core/vmx/cpu.hpp"
#include "core/vmx/enterable.hpp"
#include "core/vmx/real_mode.hpp"
#include "core/x86/event.hpp"

namespace umbra::vmx {

/// Puts the segments in the form that hardware is to have them in. False: there is none, and hardware has them as they
/// are.
bool cpu::fit_segments(segmentation mode) {
  if (fit_ != fit::unknown && mode == fitted_) return fit_ == fit::good;
  const vcpu::segments s = segments();
  fitted_ = mode;
  const bool good = static_cast<bool>(enterable(s, mode));
  fit_ = good ? fit::good : fit::bad;
  const bool disguised = good && mode == segmentation::real;
  if (disguised) {
    guest_segments_ = s;
    vmcs_.write_segments(real_mode::disguise(s));
  } else if (disguised_) {
    vmcs_.write_segments(s);
  }
  disguised_ = disguised;
  write_exception_bitmap();
  return good;
}

vcpu::segments cpu::segments() const {
  if (!segments_known_) {
    const vcpu::segments s = vmcs_.read_segments();
    segments_ = disguised_ ? real_mode::reveal(s, guest_segments_) : s;
    segments_known_ = true;
  }
  return segments_;
}

void cpu::set_segments(const vcpu::segments& s) {
  vmcs_.write_segments(s);
  disguised_ = segments_known_ = false;
  fit_ = fit::unknown;
}

/// By the guest, which has run; or one register of them in hardware.
void cpu::segments_changed() {
  segments_known_ = false;
  if (fit_ == fit::bad) fit_ = fit::unknown;
}

/// Hardware gets the guest's own segments, for something to be changed in them.
void cpu::undisguise() {
  if (disguised_) set_segments(segments());
}

/// Executes the next instruction; or gives the guest the trap that is due behind the last one.
bool cpu::step_outside_vmx(segmentation mode, next& how) {
  using enum x86::vmcs;
  const word traps = vmcs_.read<guest_pending_debug>();
  // In other modes they wait for an entry, as all events do.
  if (mode != segmentation::real || traps == word{0}) return emulate(how);
  vmcs_.write<guest_pending_debug>(word{0});
  how = raise_debug(traps & word{x86::dr6::writable});
  return true;
}

next cpu::make_enterable() {
  guest_.begin();
  for (unsigned n = 0; n < patience; ++n) {
    const vcpu::control_registers& c = guest_.registers();
    const segmentation mode = segmentation_of(c.cr0(), c.efer(), guest_.general().rflags);
    const bool fits = fit_segments(mode);
    next how{};
    if (executor_ != vmx::executor::emulator)
      return mode == segmentation::real ? leave(internal_error::emulation) : next::run;
    delivery_ =
        mode == segmentation::real ? guest_.next_delivery(trap_pending(), wants_interrupt_window_) : vcpu::delivery{};
    if (delivery_.source != vcpu::event_source::none) {
      how = deliver();
    } else if (fits) {
      return next::run;
    } else if (!step_outside_vmx(mode, how)) {
      return leave(internal_error::emulation);
    }
    if (how == next::leave) return how;
  }
  return next::again;
}

}  // namespace umbra::vmx
