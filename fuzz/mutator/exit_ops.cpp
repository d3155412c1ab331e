#include "fuzz/mutator/exit_ops.hpp"

#include "core/x86/control.hpp"
#include "core/x86/event.hpp"
#include "core/x86/exit_reason.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/segment.hpp"
#include "fuzz/ops/raw_v3.hpp"

namespace umbra::fuzz::exit_ops {

namespace {

using x86::exit_reason;

std::uint64_t rights(random& r) {
  constexpr std::uint64_t usual[] = {0x93,   0x9b, 0xc093, 0xc09b, 0xa09b,  0xf3, 0xc0f3, 0xc0fb,
                                     0xa0fb, 0x8b, 0x82,   0x83,   0x10000, 0x9f, 0xc097, 0xe09b};
  const std::uint64_t value = r.pick(usual);
  return r.one_in(3) ? value ^ std::uint64_t{1} << r.below(18) : value;
}

constexpr instruction usual_instructions[] = {
    instruction::mov_to_cr, instruction::mov_to_cr, instruction::mov_from_cr, instruction::clts,
    instruction::lmsw,      instruction::mov_to_dr, instruction::mov_from_dr, instruction::cpuid,
    instruction::rdmsr,     instruction::wrmsr,     instruction::wrmsr,       instruction::wrmsr,
    instruction::in,        instruction::out,       instruction::ins,         instruction::outs,
    instruction::hlt,       instruction::vmcall,    instruction::exception,   instruction::exception,
    instruction::window,    instruction::interrupt};

}  // namespace

op made(kind k) {
  op o;
  o.kind = k;
  return o;
}

std::uint64_t edge(random& r) {
  constexpr std::uint64_t edges[] = {0,
                                     1,
                                     0xff,
                                     0xffff,
                                     0x10000,
                                     0x7fff'ffff,
                                     0x8000'0000,
                                     0xffff'ffff,
                                     0x7fff'ffff'ffff,
                                     0x8000'0000'0000,
                                     0xffff'7fff'ffff'ffff,
                                     0xffff'8000'0000'0000,
                                     ~std::uint64_t{0}};
  switch (r.below(4)) {
    case 0:
      return std::uint64_t{1} << r.below(64);
    case 1:
      return r.next() >> r.below(64);
    case 2:
      return r.below(256);
    default:
      return r.pick(edges) - (r.one_in(4) ? r.below(16) : 0);
  }
}

std::uint64_t field_value(vmcs f, random& r) {
  const auto number = static_cast<std::uint32_t>(f);
  if (number >= static_cast<std::uint32_t>(vmcs::guest_es_rights) &&
      number <= static_cast<std::uint32_t>(vmcs::guest_tr_rights)) {
    return rights(r);
  }
  switch (f) {
    case vmcs::guest_rflags: {
      constexpr std::uint64_t usual[] = {2, 0x202, 0x102, 0x302, 0x10202, 0x3202, 0x20202, 0x40202, 0x4002};
      const std::uint64_t value = r.pick(usual);
      return r.one_in(4) ? value ^ std::uint64_t{1} << r.below(24) : value;
    }
    case vmcs::guest_interruptibility:
      return r.one_in(4) ? edge(r) : r.below(16);
    case vmcs::guest_activity:
      return r.below(5);
    case vmcs::guest_pending_debug:
      return r.one_in(3) ? edge(r) : r.one_in(2) ? 0x4000 : 0;
    case vmcs::guest_cr0: {
      constexpr std::uint64_t usual[] = {0x80010031, 0x80000031, 0x31, 0x11, 0x60000010, 0x8005003b, 0x80050033};
      return r.one_in(4) ? edge(r) : r.pick(usual);
    }
    case vmcs::guest_cr4: {
      constexpr std::uint64_t usual[] = {0, 0x20, 0x30, 0xb0, 0x620, 0x628, 0x100020, 0x200020, 0x2020};
      return r.one_in(4) ? edge(r) : r.pick(usual);
    }
    case vmcs::guest_efer:
      return r.one_in(3) ? edge(r) : r.one_in(2) ? 0xd00 : 0x501 & r.next();
    default:
      return edge(r);
  }
}

op some_vmm_state(composer& c) {
  op o = made(kind::set);
  o.count = first_vmm_state + c.chance.below(vmm_states);
  // Small numbers in each part of the value.
  o.value = c.chance.one_in(4) ? edge(c.chance) : c.chance.below(16) | std::uint64_t{c.chance.below(4)} << 8;
  constexpr unsigned parts[] = {12, 16, 32, 40};
  if (c.chance.one_in(2)) o.value |= std::uint64_t{c.chance.below(16)} << c.chance.pick(parts);
  if (static_cast<vmm_state>(o.count) == vmm_state::msr && c.chance.below(4) != 0) {
    o.value = c.chance.pick(raw_v3::numbers) | std::uint64_t{c.chance.below(4)} << 32;
  }
  return o;
}

op some_field(composer& c) {
  op o = made(c.chance.one_in(2) ? kind::field : kind::set);
  constexpr vmcs often[] = {
      vmcs::guest_rflags,    vmcs::guest_rip,       vmcs::guest_interruptibility, vmcs::guest_cs_rights,
      vmcs::guest_ss_rights, vmcs::guest_tr_rights, vmcs::guest_pending_debug,    vmcs::guest_activity,
      vmcs::guest_cr0,       vmcs::guest_cs_base,   vmcs::guest_cs_limit,         vmcs::guest_efer,
      vmcs::guest_cr4};
  o.count = c.chance.one_in(2) ? static_cast<std::uint32_t>(c.chance.pick(often)) : c.chance.pick(raw_v3::fields);
  o.value = field_value(static_cast<vmcs>(o.count), c.chance);
  return o;
}

op some_general(composer& c) {
  op o = made(kind::general);
  o.index = static_cast<std::uint8_t>(c.chance.below(16));
  o.value = c.chance.one_in(3) ? c.gva() : edge(c.chance);
  return o;
}

std::uint32_t number_for(instruction which, composer& c) {
  constexpr std::uint32_t ports[] = {0, 0x20, 0x40, 0x60, 0x64, 0x70, 0x80, 0x3f8, 0x3fd, 0xcf8, 0xcfc, 0xffff};
  constexpr unsigned control_registers[] = {0, 0, 3, 4, 4, 8, 8, 2, 1};
  constexpr unsigned vectors[] = {1, 1, 3, 6, 7, 8, 13, 17, 17, 18};
  switch (which) {
    case instruction::mov_to_cr:
    case instruction::mov_from_cr:
      return c.chance.pick(control_registers);
    case instruction::mov_to_dr:
    case instruction::mov_from_dr:
    case instruction::vmx:
      return c.chance.below(12);
    case instruction::in:
    case instruction::out:
    case instruction::ins:
    case instruction::outs:
      return c.chance.pick(ports);
    case instruction::exception:
      return c.chance.one_in(4) ? c.chance.below(32) : c.chance.pick(vectors);
    default:
      return c.chance.one_in(8) ? static_cast<std::uint32_t>(edge(c.chance)) : c.chance.pick(raw_v3::numbers);
  }
}

std::uint64_t value_for(const op& o, composer& c) {
  const auto which = static_cast<instruction>(o.index);
  if (which == instruction::mov_to_cr && c.chance.below(4) != 0) {
    if (o.count == 0) return c.register_value(kind::cr0);
    if (o.count == 3) return c.register_value(kind::cr3);
    if (o.count == 4) return c.register_value(kind::cr4);
    if (o.count == 8) return c.chance.below(18);
  }
  if (which == instruction::wrmsr && o.count == 0xc000'0080) return c.register_value(kind::efer);
  if (which == instruction::lmsw) return c.chance.below(16);
  return edge(c.chance);
}

op some_instruction(composer& c) {
  op o = made(kind::instruct);
  o.index = static_cast<std::uint8_t>(c.chance.one_in(2) ? c.chance.pick(usual_instructions)
                                                         : static_cast<instruction>(c.chance.below(instruction_count)));
  o.count = number_for(static_cast<instruction>(o.index), c);
  o.value = value_for(o, c);
  constexpr std::uint8_t sizes[] = {1, 1, 2, 4};
  o.size = c.chance.pick(sizes);
  if (c.chance.one_in(4)) o.by = c.by();
  return o;
}

op some_exit(composer& c) {
  constexpr exit_reason answered[] = {exit_reason::exception_or_nmi,
                                      exit_reason::exception_or_nmi,
                                      exit_reason::external_interrupt,
                                      exit_reason::interrupt_window,
                                      exit_reason::nmi_window,
                                      exit_reason::task_switch,
                                      exit_reason::cpuid,
                                      exit_reason::hlt,
                                      exit_reason::invlpg,
                                      exit_reason::control_register,
                                      exit_reason::debug_register,
                                      exit_reason::io,
                                      exit_reason::rdmsr,
                                      exit_reason::wrmsr,
                                      exit_reason::vmcall,
                                      exit_reason::rdtsc,
                                      exit_reason::invalid_guest_state,
                                      exit_reason::machine_check};
  op o = made(kind::exit);
  o.count = c.chance.one_in(4) ? c.chance.below(80) : static_cast<std::uint32_t>(c.chance.pick(answered));
  if (c.chance.one_in(24)) o.count ^= std::uint32_t{1} << c.chance.below(32);
  o.value = c.chance.one_in(2) ? c.gva() : edge(c.chance);
  o.index = static_cast<std::uint8_t>(c.chance.one_in(8) ? c.chance.below(256) : c.chance.below(16));
  if (o.count == 0 || c.chance.one_in(8)) {
    o.told.event = c.chance.one_in(4) ? static_cast<std::uint32_t>(edge(c.chance)) : c.chance.pick(raw_v3::events);
    o.told.error_code = c.chance.one_in(4) ? static_cast<std::uint32_t>(edge(c.chance)) : c.chance.below(32);
  }
  if (c.chance.one_in(3)) {
    o.told.vectoring_event =
        c.chance.one_in(4) ? static_cast<std::uint32_t>(edge(c.chance)) : c.chance.pick(raw_v3::events);
    o.told.vectoring_error_code = c.chance.below(64);
  }
  if (c.chance.one_in(4)) o.told.information = static_cast<std::uint32_t>(edge(c.chance));
  return o;
}

op some_vmm_op(composer& c) {
  op o = made(c.chance.one_in(2) ? kind::complete : c.chance.one_in(2) ? kind::interrupt : kind::nmi);
  o.value = edge(c.chance);
  o.index = static_cast<std::uint8_t>(c.chance.one_in(2) ? 0x30 : c.chance.below(256));
  return o;
}

op some_op(composer& c) {
  switch (c.chance.below(8)) {
    case 0:
    case 1:
    case 2:
      return some_instruction(c);
    case 3:
    case 4:
      return some_exit(c);
    case 5:
      return some_general(c);
    case 6:
      return some_vmm_op(c);
    default:
      return some_field(c);
  }
}

op set_field(kind k, vmcs f, std::uint64_t value) {
  op o = made(k);
  o.count = static_cast<std::uint32_t>(f);
  o.value = value;
  return o;
}

}  // namespace umbra::fuzz::exit_ops
