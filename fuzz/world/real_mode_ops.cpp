// Real mode, which without unrestricted guests is virtual-8086 mode in disguise: what its guest and its VMM see of it
// is to be real mode (SDM 20.1, 20.2).
#include "core/x86/control.hpp"
#include "core/x86/event.hpp"
#include "core/x86/exception.hpp"
#include "core/x86/exit_reason.hpp"
#include "core/x86/segment.hpp"
#include "fuzz/world/coded_exception.hpp"
#include "fuzz/world/compose_exit.hpp"
#include "fuzz/world/real_mode_code.hpp"
#include "fuzz/world/world.hpp"

namespace umbra::fuzz {

namespace {

using ull = unsigned long long;
using enum x86::vmcs;
using namespace vcpu::general;

constexpr unsigned plain_segments = 6;  // ES, CS, SS, DS, FS, GS, in the VMCS's order
constexpr unsigned paragraph_shift = 4;

}  // namespace

bool world::is_protected(unsigned id) const { return has(guest(id).registers().cr0(), x86::cr0::pe); }

/// The guest comes to an instruction in real mode. What virtual-8086 mode does not let through is put where RIP points.
void world::instruct_in_real_mode(const op& o) {
  const unsigned id = current_;
  machine::processor& cpu = machine_->cpu(id);
  vcpu::general_registers& g = vcpus_[id]->guest().general();
  const auto bytes = real_mode_code(o);
  if (!bytes) {
    op as_user = o;
    as_user.by = {.cpl = 3};
    if (const auto why = compose_exit(as_user, cpu, g, false, rax)) take_exit(id, *why, false);
    return;
  }
  const auto which = static_cast<instruction>(o.index);
  const bool by_msr = which == instruction::rdmsr || which == instruction::wrmsr;
  const bool string = which == instruction::ins || which == instruction::outs;
  g.set(word{rax}, by_msr ? o.value & 0xffff'ffff : o.value);
  if (by_msr) g.set(word{rcx}, o.count), g.set(word{rdx}, o.value >> 32);
  if (which == instruction::in || which == instruction::out || string) g.set(word{rdx}, o.count & 0xffff);
  op code;
  code.kind = kind::patch;
  code.address = cpu.read_register(guest_cs_base) + (cpu.read_register(guest_rip) & 0xffff);
  code.size = static_cast<std::uint8_t>(bytes->bytes);
  code.value = bytes->value;
  if ((code.address & page_offset_mask) + code.size > page_size) return;
  patch(code);
  if (finding_) return;
  take_exit(id,
            {.reason = static_cast<std::uint64_t>(x86::exit_reason::exception_or_nmi),
             .event = coded_exception(x86::exception::protection)},
            false);
}

/// The guest loads a segment register, as virtual-8086 mode lets it.
void world::load_real_segment(unsigned n, std::uint64_t selector) {
  machine::processor& cpu = machine_->cpu(current_);
  cpu.inform(nth(guest_es_selector, n), selector & 0xffff);
  cpu.inform(nth(guest_es_base, n), (selector & 0xffff) << paragraph_shift);
}

/// What the VMM sees behind an exit from virtual-8086 mode. `left`: the segments that hardware had.
void world::judge_reveal(unsigned id, const vcpu::segments& left) {
  if (is_protected(id)) return;
  const std::uint64_t flags = guest(id).general().rflags;
  if (has(flags, x86::rflags::vm)) fail("I16", "RFLAGS of vCPU %u are %#llx in real mode", id, ull(flags));
  // Else an instruction has been executed, which may be WRMSR.
  if (guest(id).general().rip != machine_->cpu(id).read_register(guest_rip)) return;
  const vcpu::segments shown = vcpus_[id]->segments();
  for (unsigned n = 0; n < plain_segments; ++n) {
    const vcpu::segment &got = shown.registers[n], &had = left.registers[n];
    if (got.selector != had.selector || got.base == had.base) continue;
    fail("I16", "segment register %u of vCPU %u, %#llx, has base %#llx, and %#llx where the guest loaded it", n, id,
         ull(got.selector), ull(got.base), ull(had.base));
  }
}

}  // namespace umbra::fuzz
