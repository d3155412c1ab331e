#include "fuzz/guest/system/host/mismatch.hpp"

#include <algorithm>

#include "core/x86/control.hpp"
#include "core/x86/flags.hpp"
#include "core/x86/segment.hpp"
#include "fuzz/guest/system/host/reach.hpp"
#include "fuzz/guest/system/shared/assembler.hpp"
#include "fuzz/guest/system/shared/descriptors.hpp"

namespace umbra::system_guest {

bool expects(const mismatch& m, exception e) {
  return m.expected.how == prediction::end::event && m.expected.what.vector == vector_of(e);
}

bool expects_access_fault(const mismatch& m) {
  return expects(m, exception::page_fault) || expects(m, exception::protection) || expects(m, exception::stack) ||
         expects(m, exception::alignment);
}

bool sees(const mismatch& m, exception e) { return m.observed.vector == vector_of(e); }

bool sees_access_fault(const mismatch& m) {
  return sees(m, exception::page_fault) || sees(m, exception::protection) || sees(m, exception::stack);
}

bool same_place(const mismatch& m) { return m.expected.what.after[SLOT_RIP] == m.observed.after[SLOT_RIP]; }

bool both_fault(const mismatch& m) { return m.expected.steps == 0 && same_place(m); }

bool same_event(const mismatch& m) {
  return m.expected.how == prediction::end::event && m.expected.what.vector == m.observed.vector;
}

bool has_own_stack(const mismatch& m) {
  const std::uint64_t selector = m.tried.before[SLOT_SS];
  return (selector & x86::selector::local) || selector >= wild_begin;
}

bool can_raise_stack_fault(const mismatch& m) {
  if (m.tried.code_bits != 64) return has_own_stack(m);
  constexpr std::uint64_t pushes = 0x40, first_bad = layout::last_page + 0x1000, first_good = layout::high_alias;
  const std::uint64_t top = m.tried.before[SLOT_RSP];
  return bare(m.tried).segment == ss || (top >= first_bad - pushes && top <= first_good + pushes);
}

bool other_access_fault(const mismatch& m) {
  const auto accesses = [](const result& r) { return r.vector == vector_of(exception::page_fault) || r.error == 0; };
  if (!both_fault(m) || !expects_access_fault(m) || !sees_access_fault(m)) return false;
  if (!accesses(m.expected.what) || !accesses(m.observed)) return false;
  if (sees(m, exception::stack) && !can_raise_stack_fault(m)) return false;
  if (!sees(m, exception::page_fault)) return !same_event(m);
  const std::uint64_t address = m.observed.after[SLOT_CR2];
  return may_touch(m.tried, address) && (!same_event(m) || m.expected.what.after[SLOT_CR2] != address);
}

bool goes_further(const mismatch& m) { return !both_fault(m) || (sees_access_fault(m) && !same_event(m)); }

bool is_about_event(const mismatch& m) {
  return m.which == aspect::vector || m.which == aspect::error_code || (m.which == aspect::slot && m.slot == SLOT_CR2);
}

bool checks_alignment(const mismatch& m) {
  return m.tried.cpl == 3 && (m.tried.before[SLOT_CR0] & x86::cr0::am) &&
         (m.tried.before[SLOT_RFLAGS] & x86::rflags::ac);
}

bool is_far_call(const mismatch& m) {
  const bare_code c = bare(m.tried);
  return c.opcode == 0x9a || (c.opcode == 0xff && c.reg == 3);
}

bool is_near_call(const mismatch& m) {
  const bare_code c = bare(m.tried);
  return c.opcode == 0xff && c.reg == 2;
}

bool is_far_return(const mismatch& m) {
  const unsigned opcode = bare(m.tried).opcode;
  return opcode == 0xca || opcode == 0xcb;
}

bool is_far_branch(const mismatch& m) {
  const bare_code c = bare(m.tried);
  return is_far_call(m) || is_far_return(m) || c.opcode == 0xea || (c.opcode == 0xff && c.reg == 5);
}

bool has_pseudo_descriptor(const mismatch& m) {
  const bare_code c = bare(m.tried);
  return c.opcode == 0x0f01 && c.memory && c.reg < 4;
}

bool is_written_by_machine(const mismatch& m) {
  if (m.which != aspect::memory || !both_fault(m) || m.expected.what.memory.contains(m.address)) return false;
  if (has_pseudo_descriptor(m)) return in_operand(m.tried, m.address, 10);
  const unsigned opcode = bare(m.tried).opcode;
  const bool calls = is_far_call(m) || is_near_call(m);
  constexpr unsigned far_return = 16, all_registers = 32, frame_pointers = 40;
  return in_pushed(m.tried, m.address,
                   calls            ? far_return
                   : opcode == 0x60 ? all_registers
                   : opcode == 0xc8 ? frame_pointers
                                    : 0);
}

bool has_operand_of_two(const mismatch& m) {
  const bare_code c = bare(m.tried);
  return has_pseudo_descriptor(m) || (is_far_branch(m) && c.opcode != 0xea) || c.opcode == 0xc4 || c.opcode == 0xc5 ||
         c.opcode == 0x0fb2 || c.opcode == 0x0fb4 || c.opcode == 0x0fb5;
}

bool uses_odd_segment(const mismatch& m) {
  const auto odd = [](std::uint64_t selector) {
    return (selector & x86::selector::local) || selector >= wild_begin || selector < 4;
  };
  for (unsigned slot = SLOT_ES; slot <= SLOT_GS; ++slot)
    if (odd(m.tried.before[slot]) || odd(m.expected.what.after[slot])) return true;
  return bare(m.tried).segment == cs;
}

bool moves_segment(const mismatch& m) {
  const unsigned opcode = bare(m.tried).opcode;
  return (opcode & ~0x19u) == 0x06 || (opcode & ~9u) == 0x0fa0;
}

bool is_string_port(const mismatch& m) { return (bare(m.tried).opcode & ~3u) == 0x6c; }

std::uint64_t address_count(const mismatch& m) {
  return m.tried.before[SLOT_RCX] & (m.tried.code_bits == 16 ? 0xffff : ~std::uint64_t{0});
}

bool names_conforming_code_of_another_level(const specimen& s) {
  using namespace x86::segment_rights;
  constexpr std::uint64_t conforming = code_or_data | code | expand_down;
  const auto is_such = [&s](const poke& p) {
    const std::uint64_t rights = p.value >> 40;
    return p.at >= layout::gdt && p.at < layout::task32 && p.bytes == 8 && (rights & conforming) == conforming &&
           (rights & dpl) >> dpl_at != s.cpl;
  };
  return std::any_of(s.pokes, s.pokes + s.pokes_used, is_such);
}

bool goes_on_through_flat_segment(const specimen& s) {
  for (unsigned i = 0; i + 2 < s.code_length; ++i)
    if ((s.code[i] & 0xe7) == 0x26 && (s.code[i + 1] == 0x8b || s.code[i + 1] == 0x89) && s.code[i + 2] == 0x17)
      return true;
  return false;
}

bool has_odd_second_half(const mismatch& m) {
  const std::uint32_t selector = m.expected.what.error;
  if (!m.tried.long_mode() || !expects(m, exception::protection) || selector == 0) return false;
  if (both_fault(m) && !sees(m, exception::not_present)) return false;
  return (m.tried.own_descriptor(selector + 8) >> 40 & 0x1f) != 0 || selector + 16 > m.tried.before[SLOT_GDT_LIMIT];
}

bool repeats_port_without_items(const mismatch& m) {
  return is_string_port(m) && bare(m.tried).repeated && address_count(m) == 0 && m.expected.steps != 0 &&
         sees(m, exception::protection);
}

}  // namespace umbra::system_guest
