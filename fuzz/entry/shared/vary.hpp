// Variations of a state that are within the rules as a rule: what a hypervisor might do.
#pragma once

#include "core/x86/activity.hpp"
#include "core/x86/event.hpp"
#include "core/x86/exception.hpp"
#include "core/x86/interruptibility.hpp"
#include "fuzz/entry/shared/guests.hpp"
#include "fuzz/guest/shared/random.hpp"

namespace umbra::entrycheck {

/// Some event, with what belongs to it.
inline void vary_event(state& s, opguest::random& r) {
  using enum x86::vmcs;
  using enum x86::event_type;
  static constexpr std::uint8_t vectors[] = {0, 1, 2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 16, 17, 18, 20, 21, 31};
  static constexpr x86::event_type types[] = {
      external_interrupt, nmi, hardware_exception, software_interrupt, privileged_exception, software_exception, other};
  const x86::event_type type = r.pick(types);
  std::uint64_t vector = r.chance(800) ? r.pick(vectors) : r.below(256);
  if (type == nmi && r.chance(900)) vector = 2;
  if (type == other && r.chance(900)) vector = 0;
  const bool pushes = vector == 8 || (vector >= 10 && vector <= 14) || vector == 17;
  const bool code = (type == hardware_exception && pushes) != r.chance(60);
  s.set(entry_event, x86::event_field::valid | static_cast<std::uint64_t>(type) << x86::event_field::type_at | vector |
                         (code ? x86::event_field::has_error_code : 0));
  s.set(entry_error_code, r.chance(900) ? r.below(0x8000) : r.next());
  s.set(entry_instruction_length, r.chance(900) ? r.below(16) : r.below(64));
  if (type == external_interrupt && r.chance(850)) add(s, guest_rflags, x86::rflags::interrupt);
}

inline void vary_blocking(state& s, opguest::random& r) {
  using enum x86::vmcs;
  const std::uint64_t blocking = r.below(16) & ~x86::interruptibility::by_smi;
  s.set(guest_interruptibility, blocking);
  if (r.chance(700)) add(s, guest_rflags, x86::rflags::interrupt);
  if (r.chance(300)) {
    add(s, guest_rflags, x86::rflags::tf);
    if (r.chance(960)) s.set(guest_pending_debug, x86::pending_debug::single_step);
  }
}

inline void vary_activity(state& s, opguest::random& r) {
  s.set(x86::vmcs::guest_activity, r.below(4));
  if (r.chance(700)) return;
  vary_event(s, r);
  if (r.chance(900)) s.set(x86::vmcs::entry_event, x86::event_field::valid | (r.chance(500) ? 0x202 : 0x312));
}

inline void vary_rflags(state& s, opguest::random& r) {
  // All that exist but VM, which goes with a mode, and TF, which goes with a pending step.
  add(s, x86::vmcs::guest_rflags, r.next() & 0x3d'7fd5 & ~(x86::rflags::vm | x86::rflags::tf));
}

/// Registers that entry or exit load if a control says so.
inline void vary_loads(state& s, const capabilities& c, opguest::random& r) {
  using enum x86::vmcs;
  namespace nc = x86::entry_control;
  namespace xc = x86::exit_control;
  const std::uint64_t on_entry = nc::load_debug | nc::load_pat | nc::load_efer | nc::load_performance_control;
  const std::uint64_t on_exit = xc::load_pat | xc::load_efer | xc::save_debug | xc::save_pat | xc::save_efer;
  add(s, entry_controls, r.next() & on_entry & may(c.entry));
  add(s, exit_controls, r.next() & on_exit & may(c.exit));
}

/// A control that may be 1, with or without what it needs.
inline void vary_controls(state& s, const capabilities& c, opguest::random& r) {
  using enum x86::vmcs;
  namespace pin = x86::pin_control;
  namespace sec = x86::secondary_control;
  const std::uint64_t one = std::uint64_t{1} << r.below(32);
  switch (r.below(8)) {
    case 0:
      add(s, pin_controls, one & may(c.pin));
      break;
    case 1:
      add(s, processor_controls, one & may(c.processor));
      break;
    case 2:
      activate(s, one & may(c.secondary));
      break;
    case 3:
      add(s, exit_controls, one & may(c.exit));
      break;
    case 4:
      add(s, pin_controls, (pin::nmi_exiting | pin::virtual_nmis) & may(c.pin));
      break;
    case 5:
      add(s, processor_controls, x86::processor_control::tpr_shadow & may(c.processor));
      s.task_priority = r.next() & 0xff;
      s.set(tpr_threshold, r.below(16));
      break;
    case 6:
      activate(s, sec::enable_ept & may(c.secondary));
      break;
    default:
      add(s, entry_controls, one & may(c.entry));
      break;
  }
}

inline void vary_segments(state& s, opguest::random& r) {
  static constexpr std::uint16_t rights[] = {0x91, 0x93, 0x95, 0x97, 0x9b, 0x9f, 0xf3, 0xf1, 0xfb, 0xff, 0xc093, 0xcf3};
  const unsigned n = r.pick({unsigned{es}, unsigned{ds}, unsigned{fs}, unsigned{gs}});
  if (r.chance(300)) {
    set_segment(s, n, r.below(4), r.next(), 0, x86::segment_rights::unusable);
  } else if ((s.get(x86::vmcs::guest_rflags) & x86::rflags::vm) == 0) {
    const std::uint64_t chosen = r.pick(rights);
    set_segment(s, n, r.chance(950) ? (chosen >> 5 & 3) : r.below(8), r.next(), 0xffff, chosen);
  }
  if (r.chance(300)) set_segment(s, ldtr, 0x20, 0x5000, 0xfff, 0x82);
}

/// A list of MSRs to load, of those that go well and those that do not.
inline void vary_msrs(state& s, opguest::random& r) {
  static constexpr std::uint32_t indexes[] = {
      0x174,       0x175,       0x176,       0x277,       0xc000'0080, 0xc000'0081, 0xc000'0082, 0xc000'0083,
      0xc000'0084, 0xc000'0100, 0xc000'0101, 0xc000'0102, 0x80b,       0x9b,        0x79,        0x1234'5678};
  const unsigned count = 1 + r.below(layout::entry_list_limit);
  s.set(x86::vmcs::entry_msr_load_count, count);
  for (unsigned i = 0; i < layout::entry_list_limit; ++i) {
    const std::uint32_t index = indexes[r.chance(750) ? r.below(9) : r.below(16)];
    std::uint64_t value = r.chance(700) ? 0xffff'8000'0000'0000 | r.next() : r.next64();
    if (index == 0x277) value = r.chance(700) ? 0x0007'0406'0007'0406 : value;
    if (index == 0xc000'0080) value = r.below(0x1000) & 0xd01;
    if (index == 0xc000'0084) value &= 0xffff'ffff;
    s.entry_list[2 * i] = index | (r.chance(30) ? std::uint64_t{1} << 40 : 0);
    s.entry_list[2 * i + 1] = value;
  }
}

inline void vary(state& s, const capabilities& c, opguest::random& r) {
  switch (r.below(10)) {
    case 0:
    case 1:
      return vary_event(s, r);
    case 2:
      return vary_blocking(s, r);
    case 3:
      return vary_activity(s, r);
    case 4:
      return vary_rflags(s, r);
    case 5:
      return vary_loads(s, c, r);
    case 6:
      return vary_controls(s, c, r);
    case 7:
    case 8:
      return vary_segments(s, r);
    default:
      return vary_msrs(s, r);
  }
}

}  // namespace umbra::entrycheck
