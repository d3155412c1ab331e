// Real mode, into it and out of it.

#include "fuzz/mutator/exit_ops.hpp"
#include "fuzz/mutator/motifs/motifs.hpp"

namespace umbra::fuzz::motifs {

using namespace exit_ops;

namespace {

/// The VMM puts the guest into real mode, with segments as instructions load them there. Those after reset are so, but
/// for CS.
void go_real(composer& c) {
  constexpr unsigned cs = 1, segments = 6;
  constexpr std::uint64_t et = 1u << 4, limit = 0xffff, real_data = 0x93;
  const bool as_after_reset = c.mode() == start::real;
  if (!as_after_reset) c.add(set_field(kind::set, vmcs::guest_cr0, et));
  for (unsigned n = 0; n < segments; ++n) {
    if (as_after_reset && n != cs) continue;
    const std::uint64_t selector = c.chance.one_in(2) ? 0 : c.chance.below(0x100);
    c.add(set_field(kind::set, nth(vmcs::guest_es_selector, n), selector));
    c.add(set_field(kind::set, nth(vmcs::guest_es_base, n), selector << 4));
    if (as_after_reset) continue;
    c.add(set_field(kind::set, nth(vmcs::guest_es_limit, n), limit));
    c.add(set_field(kind::set, nth(vmcs::guest_es_rights, n), real_data));
  }
}

}  // namespace

void real_mode(composer& c) {
  constexpr unsigned segments = 6;
  constexpr std::uint64_t limit_of_all = 0xffff'ffff;
  go_real(c);
  const unsigned count = 2 + c.chance.below(6);
  for (unsigned n = 0; n < count; ++n) {
    const unsigned segment = c.chance.below(segments);
    switch (c.chance.below(7)) {
      case 0:
        c.add(set_field(kind::field, nth(vmcs::guest_es_selector, segment), c.chance.below(0x1000)));
        break;
      case 1:
        c.add(some_vmm_op(c));
        break;
      case 2:
        // What protected mode leaves behind ("unreal mode").
        c.add(set_field(kind::set, nth(vmcs::guest_es_limit, segment),
                        c.chance.one_in(2) ? limit_of_all : edge(c.chance)));
        break;
      case 3: {
        constexpr std::uint64_t iopl = 0x3000;
        c.add(set_field(kind::set, vmcs::guest_rflags, field_value(vmcs::guest_rflags, c.chance) | iopl));
        break;
      }
      default:
        c.add(some_instruction(c));
        break;
    }
  }
  op on = made(kind::instruct);
  on.index = static_cast<std::uint8_t>(c.chance.one_in(2) ? instruction::mov_to_cr : instruction::lmsw);
  on.value = 0x11;
  if (c.chance.one_in(2)) c.add(on), c.add(some_instruction(c));
}

}  // namespace umbra::fuzz::motifs
