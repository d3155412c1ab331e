// Exits, one after the other: around an instruction's edges, in a delivery, with a device, among accesses.

#include "core/x86/segment.hpp"
#include "core/x86/vmcs.hpp"
#include "fuzz/mutator/exit_ops.hpp"
#include "fuzz/mutator/motifs/motifs.hpp"
#include "fuzz/ops/raw_v3.hpp"

namespace umbra::fuzz::motifs {

using namespace exit_ops;

void at_an_edge(composer& c) {
  constexpr std::uint64_t ends[] = {0xfffe,           0xffff,           0xffff'fffe,       0xffff'ffff,
                                    0x7fff'ffff'fffe, 0x7fff'ffff'ffff, ~std::uint64_t{0}, 0xffff'8000'0000'0000};
  switch (c.chance.below(3)) {
    case 0:
      c.add(set_field(kind::field, vmcs::guest_rip, c.chance.pick(ends)));
      break;
    case 1:
      c.add(set_field(kind::field, vmcs::guest_rflags, field_value(vmcs::guest_rflags, c.chance)));
      break;
    default:
      c.add(set_field(kind::field, vmcs::guest_interruptibility, 1 + c.chance.below(2)));
      break;
  }
  c.add(c.chance.one_in(2) ? some_instruction(c) : some_exit(c));
  c.add(some_instruction(c));
}

void write_and_read(composer& c) {
  op o = some_instruction(c);
  constexpr instruction pairs[][2] = {{instruction::mov_to_cr, instruction::mov_from_cr},
                                      {instruction::mov_to_dr, instruction::mov_from_dr},
                                      {instruction::wrmsr, instruction::rdmsr}};
  const auto& pair = c.chance.pick(pairs);
  o.index = static_cast<std::uint8_t>(pair[0]);
  o.count = number_for(pair[0], c);
  o.value = value_for(o, c);
  o.by = {};
  c.add(o);
  if (c.chance.one_in(2)) c.touch(c.gva());
  if (c.chance.one_in(4)) c.on_vcpu(1 - c.current());
  o.index = static_cast<std::uint8_t>(pair[1]);
  c.add(o);
  constexpr std::uint64_t code32 = 0xc09b, code64 = 0xa09b;
  if (!c.chance.one_in(4)) return;
  // The same in compatibility mode.
  c.add(set_field(kind::field, vmcs::guest_cs_rights, code32));
  c.add(o);
  if (c.chance.one_in(2)) c.add(some_instruction(c));
  c.add(set_field(kind::field, vmcs::guest_cs_rights, code64));
}

void debug_traps(composer& c) {
  const auto debug_register = [&c](instruction which, unsigned number) {
    op o = made(kind::instruct);
    o.index = static_cast<std::uint8_t>(which);
    o.count = number;
    o.value = number == 7 ? 0x400 | (c.chance.one_in(2) ? 0x2000 : 0) | c.chance.below(256) : edge(c.chance);
    c.add(o);
  };
  debug_register(instruction::mov_to_dr, c.chance.one_in(2) ? 7 : c.chance.below(8));
  op trap = made(kind::instruct);
  trap.index = static_cast<std::uint8_t>(instruction::exception);
  trap.count = 1;
  trap.value = c.chance.one_in(2) ? 0x2000 : c.chance.below(0x10000);
  c.add(trap);
  debug_register(instruction::mov_from_dr, 6 + c.chance.below(2));
}

void interrupt_delivery(composer& c) {
  op o = some_exit(c);
  o.count = c.chance.one_in(2) ? 0 : o.count;
  o.told.event = c.chance.one_in(2) ? 0x8000'0b0e : c.chance.pick(raw_v3::events);
  o.told.vectoring_event = c.chance.pick(raw_v3::events);
  if (c.chance.one_in(4)) {
    constexpr std::uint32_t nmi = 0x8000'0202;
    c.add(made(kind::nmi));
    o.told.vectoring_event = nmi;
  }
  c.add(o);
  if (c.chance.one_in(2)) c.add(some_vmm_op(c));
  if (c.chance.one_in(2)) c.add(some_instruction(c));
  if (c.chance.one_in(2)) {
    o.told.vectoring_event = c.chance.one_in(2) ? 0x8000'0b08 : c.chance.pick(raw_v3::events);
    c.add(o);
  }
}

void spoil_and_mend(composer& c) {
  op o = some_field(c);
  o.kind = kind::set;
  c.add(o);
  c.add(some_instruction(c));
  o.value = field_value(static_cast<vmcs>(o.count), c.chance);
  c.add(o);
  c.add(some_instruction(c));
}

namespace {

/// Code and a stack of one level, whose selectors ask for another.
void give_code_and_stack(composer& c) {
  using namespace x86::segment_rights;
  constexpr std::uint64_t codes[] = {0x9b, 0x9f, 0xc09b, 0xa09b}, stacks[] = {0x93, 0xc093, unusable, unusable};
  const std::uint64_t level = c.chance.below(4), asked = c.chance.below(4);
  const auto set = [&](vmcs f, std::uint64_t value) { c.add(set_field(kind::set, f, value)); };
  set(vmcs::guest_cs_rights, c.chance.pick(codes) | level << dpl_at);
  set(vmcs::guest_ss_rights, c.chance.pick(stacks) | level << dpl_at);
  set(vmcs::guest_cs_selector, 0x8 | asked);
  set(vmcs::guest_ss_selector, 0x10 | asked);
}

}  // namespace

void give_a_segment(composer& c) {
  if (c.chance.one_in(4)) {
    give_code_and_stack(c);
    return c.add(some_instruction(c));
  }
  constexpr unsigned loaded_by_code = 6;
  const unsigned n = c.chance.below(loaded_by_code);
  const auto set = [&](vmcs first, auto&& value) { c.add(set_field(kind::set, x86::nth(first, n), value)); };
  const bool unusable = c.chance.one_in(2);
  set(vmcs::guest_es_base, field_value(vmcs::guest_es_base, c.chance));
  set(vmcs::guest_es_rights,
      field_value(vmcs::guest_es_rights, c.chance) | (unusable ? std::uint64_t{x86::segment_rights::unusable} : 0));
  if (c.chance.one_in(2)) set(vmcs::guest_es_limit, field_value(vmcs::guest_es_limit, c.chance));
  if (c.chance.one_in(2)) set(vmcs::guest_es_selector, field_value(vmcs::guest_es_selector, c.chance));
  c.add(some_instruction(c));
}

void ask_device(composer& c) {
  op o = some_instruction(c);
  constexpr instruction ports[] = {instruction::in, instruction::in, instruction::ins, instruction::outs,
                                   instruction::out};
  o.index = static_cast<std::uint8_t>(c.chance.pick(ports));
  o.count = number_for(instruction::in, c);
  o.by = {};
  c.add(o);
  const unsigned answers = c.chance.below(3);
  for (unsigned n = 0; n < answers; ++n) {
    op answer = made(kind::complete);
    answer.value = edge(c.chance);
    c.add(answer);
  }
  c.add(some_op(c));
}

void go_beyond_the_model(composer& c) {
  if (!c.chance.one_in(4)) return spoil_and_mend(c);
  c.add(some_vmm_state(c));
  for (unsigned n = 2 + c.chance.below(4); n != 0; --n) {
    c.add(c.chance.one_in(2) ? some_op(c) : c.chance.one_in(2) ? some_vmm_state(c) : some_vmm_op(c));
  }
}

void among_accesses(composer& c) {
  const std::uint64_t g = c.gva();
  c.touch(g);
  c.add(some_op(c));
  const path::step e = c.entry_of(g);
  if (c.chance.one_in(2)) c.write_entry(e, c.rewritten(e));
  c.add(some_op(c));
  c.touch(g);
}

void many(composer& c) {
  const unsigned count = 2 + c.chance.below(5);
  for (unsigned n = 0; n < count; ++n) c.add(some_op(c));
}

}  // namespace umbra::fuzz::motifs
