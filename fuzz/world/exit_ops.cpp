// Ops of exits: what a guest comes to, and what hardware reports, possible or not.
#include <algorithm>
#include <iterator>

#include "core/x86/control.hpp"
#include "core/x86/segment.hpp"
#include "core/x86/vmx_controls.hpp"
#include "fuzz/world/compose_exit.hpp"
#include "fuzz/world/world.hpp"
#include "models/reference/walk.hpp"

namespace umbra::fuzz {

namespace {

using enum x86::vmcs;

/// Times in a row that a guest may fail to be entered before its VMM steps in.
constexpr unsigned patience = 2;

}  // namespace

/// Gets the current vCPU into guest mode for an op that needs it there.
bool world::ready() {
  be_strict();
  ending end{};
  if (machine_->cpu(current_).in_guest()) return true;
  if (stuck_[current_] >= patience) rescue(current_);
  proceed(current_);
  return enter(current_, end);
}

/// Among ops of exits, real mode has none but those: what else its guest does, paging does not decide.
bool world::ready_for_paging_op() { return !strict_ || (!unfollowed_ && is_protected(current_) && ready()); }

void world::report_exit(const op& o) {
  if (!ready()) return;
  pose(current_, o.by, in_64_bit_code(current_));
  take_exit(current_,
            {.reason = o.count,
             .qualification = o.value,
             .event = o.told.event,
             .error_code = o.told.error_code,
             .vectoring_event = o.told.vectoring_event,
             .vectoring_error_code = o.told.vectoring_error_code,
             .instruction_length = o.index,
             .instruction_information = o.told.information},
            false);
}

/// Whether INS or OUTS is what the guest has come to. Only then does hardware report it, and what the core executes is
/// what memory has there.
bool world::at_string_io(unsigned id) const {
  const std::uint64_t base = in_64_bit_code(id) ? 0 : machine_->cpu(id).read_register(guest_cs_base);
  const guest_view memory = view();
  const reference::translation t =
      reference::walk(memory, registers_[id], linear(id, base + rip_of(id)), reference::access{.fetch = flag(true)});
  if (t.rootless || t.faults || !memory.backed(t.address)) return false;
  constexpr std::uint8_t prefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3};
  for (std::uint64_t at = t.address; (at ^ t.address) >> page_shift == 0; ++at) {
    const std::uint64_t byte = memory.read(at, 1);
    const bool extension = in_64_bit_code(id) && byte >> 4 == 4;
    if (!extension && std::ranges::find(prefixes, byte) == std::end(prefixes)) return byte >> 2 == 0x6c >> 2;
  }
  return false;
}

void world::instruct(const op& o) {
  if (!ready()) return;
  proceed(current_);
  machine::processor& cpu = machine_->cpu(current_);
  if (!is_protected(current_)) return instruct_in_real_mode(o);
  const bool code64 = in_64_bit_code(current_);
  pose(current_, o.by, code64);
  cpu.inform(guest_activity, x86::activity::active);
  const auto why =
      compose_exit(o, cpu, vcpus_[current_]->guest().general(), code64, static_cast<unsigned>(instructions_));
  follow(current_, look_at(current_).control);
  // The page by which a guest gets its hypercalls is umbra's own, and no model's.
  const auto which = static_cast<instruction>(o.index);
  const bool own = which == instruction::wrmsr && o.count == vcpu::paravirtual_page::msr;
  const bool elsewhere = (which == instruction::ins || which == instruction::outs) && !at_string_io(current_);
  if (why) take_exit(current_, *why, !own && !elsewhere);
}

void world::load_general(const op& o) {
  effective_ = true;
  vcpus_[current_]->guest().general().set(word{o.index}, o.value);
  if (o.index == vcpu::general::rsp && machine_->cpu(current_).in_guest()) {
    machine_->cpu(current_).inform(guest_rsp, o.value);
  }
}

/// The guest, or hardware, leaves a value in a field of the guest-state area. CR3 and EFER are the core's alone.
void world::leave_in_field(const op& o) {
  const auto f = static_cast<x86::vmcs>(o.count);
  if (!machine::vmcs_store::exists(f) || x86::part_of(f) != x86::vmcs_part::guest) return;
  if (f == guest_cr3 || f == guest_efer) return;
  // A processor saves DR7 only where it is told to (28.3.1).
  const bool saves_dr7 = has(machine_->cpu(current_).read_register(exit_controls), x86::exit_control::save_debug);
  if (f == guest_dr7 && !saves_dr7) return;
  if (!ready()) return;
  machine::processor& cpu = machine_->cpu(current_);
  const std::uint64_t value = x86::bits_of(f) < 64 ? o.value & ((std::uint64_t{1} << x86::bits_of(f)) - 1) : o.value;
  effective_ = true;
  if (!is_protected(current_)) {
    // Virtual-8086 mode lets the guest write no more.
    const auto n = (static_cast<std::uint32_t>(f) - static_cast<std::uint32_t>(guest_es_selector)) / 2;
    if (f >= guest_es_selector && f <= guest_gs_selector) load_real_segment(n, value);
    if (f == guest_rip) cpu.inform(f, value & 0xffff);
    return;
  }
  if (f == guest_cs_rights) narrow_[current_] = !has(value, x86::segment_rights::long_mode);
  if (f == guest_cr0 || f == guest_cr4) {
    const std::uint64_t hosts = cpu.read_register(f == guest_cr0 ? cr0_mask : cr4_mask);
    cpu.inform(f, (cpu.read_register(f) & hosts) | (value & ~hosts));
    follow(current_, look_at(current_).control);
  } else {
    cpu.inform(f, value);
  }
}

}  // namespace umbra::fuzz
