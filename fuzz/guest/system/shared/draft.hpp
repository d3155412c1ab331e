// A specimen in the making: what all families have in common. The processor's state is drawn first; a family then
// writes code, and changes the state and the memory that its code is to find.
#pragma once

#include "core/x86/control.hpp"
#include "core/x86/debug.hpp"
#include "core/x86/flags.hpp"
#include "fuzz/guest/shared/random.hpp"
#include "fuzz/guest/shared/scene.hpp"
#include "fuzz/guest/system/shared/assembler.hpp"
#include "fuzz/guest/system/shared/descriptors.hpp"

namespace umbra::system_guest {

/// What the processor at hand can do, as the guest program found it.
struct abilities : opguest::environment {
  bool pedantic =
      false;  ///< it checks what QEMU leaves out: segment limits at each access, reserved bits, bases of tables
};

class draft {
 public:
  draft(const abilities& machine, opguest::random& chance, specimen& made)
      : machine(machine), chance(chance), made(made), code(made) {}

  const abilities& machine;
  opguest::random& chance;
  specimen& made;
  assembler code;

  /// Forgets what the specimen was before: 32-bit code at CPL 0 without paging.
  void clear() {
    for (std::uint64_t& value : made.before) value = 0;
    for (std::uint8_t& r : made.rights) r = 0;
    made.code_length = made.pokes_used = made.cpl = 0;
    made.code_bits = 32;
    made.paging = paging_kind::off;
  }
  std::uint64_t& reg(unsigned slot) { return made.before[slot]; }
  bool is64() const { return made.code_bits == 64; }
  bool one_in(unsigned n) { return chance.below(n) == 0; }
  /// Whether an exception finds a stack of its own, so that the specimen's may be a bad one.
  bool free_stack() const { return made.long_mode() || made.cpl != 0; }

  /// Whether to try what only a pedantic processor refuses: on another once in a while, so that differences stay few.
  bool pedantic(unsigned once_in = 64) { return machine.pedantic || one_in(once_in); }

  // --- operands -----------------------------------------------------------------------------------------------------

  /// A size for an operand: 2, 4 or 8.
  unsigned word_size() { return is64() && one_in(2) ? 8 : one_in(2) ? 4 : 2; }

  /// A linear address at which an operand of `bytes` is interesting: across the edge of a page, next to it, or away
  /// from it.
  std::uint64_t linear_place(unsigned bytes) {
    if (is64() && one_in(8)) return beyond_canonical(bytes);
    const std::uint32_t edge = one_in(2) ? layout::data_edge : layout::far_data_edge;
    std::uint64_t at = edge - bytes;
    const unsigned kind = chance.below(8);
    if (kind < 2) at = edge;
    if (kind == 2) at = edge - 1;
    if (kind == 3) at = edge - 1 - chance.below(bytes);
    if (kind > 4) at = edge - 0x40 + chance.below(0x70);
    if (made.paging != paging_kind::off && one_in(6)) at += layout::alias;
    if (is64() && one_in(8)) at = layout::high_alias + (at & 0xffff);
    return at;
  }

  /// Where 64-bit code cannot go on: nothing is mapped there, or the address is not even canonical.
  std::uint64_t nowhere() {
    const std::uint64_t at = chance.next64() | 0x800'0000;
    return pedantic(8) ? at : at & 0x7fff'ffff;
  }

  /// Lets `register_number` (BX, SI or DI) address an operand of `bytes` through segment `through`.
  void point(unsigned register_number, unsigned through, unsigned bytes) {
    const std::uint64_t linear = linear_place(bytes);
    if (is64()) {
      reg(register_number) = linear;
      if (through >= fs) {
        const unsigned base = through == fs ? SLOT_FS_BASE : SLOT_GS_BASE;
        reg(base) = one_in(4) ? 0x1234 : one_in(3) ? 0xffff'8000'1234'5678 : 0x0000'4321'0fed'cba0;
        reg(register_number) = linear - reg(base);
      }
      return;
    }
    const std::uint32_t offset = static_cast<std::uint32_t>(linear);
    reg(register_number) = offset;
    if (through != cs && (through != ss || free_stack()) && one_in(2)) {
      reg(register_number) = shape_segment(through, offset, bytes);
    }
    // Code that takes addresses of 16 bits sees no more of the register.
    if (made.code_bits == 16) reg(register_number) = (chance.next() & 0xffff'0000) | (reg(register_number) & 0xffff);
  }

  /// A segment for an operand. Code is none for operands that are written.
  unsigned any_segment() {
    const unsigned which = chance.below(6);
    return which == cs && !pedantic() ? static_cast<unsigned>(fs) : which;
  }
  /// An operand at [rBX], with a prefix at times: 0x26 and so on. Call it before other prefixes.
  void memory_operand(unsigned bytes) {
    unsigned through = ds;
    if (one_in(3)) {
      through = any_segment();
      code.segment(through);
    }
    point(bx, through, bytes);
    operand_at_ = static_cast<std::uint32_t>(reg(bx));
    through_ = through;
  }
  /// Lets this CPL read all data, written or not. What reads before it writes is the write's fault alone then.
  void open_data() {
    for (unsigned i = (layout::data_edge >> 12) - 1; i <= layout::far_data_edge >> 12; ++i) {
      made.rights[i] |= page::present;
      if (made.cpl == 3) made.rights[i] |= page::user;
      if (made.cpl != 3) made.rights[i] &= static_cast<std::uint8_t>(~page::user);
    }
  }
  /// Puts a value where the last memory operand is, if it is where data are.
  void operand_value(std::uint64_t value, unsigned bytes, unsigned offset = 0) {
    put_near(layout::data_edge, last_linear() + offset, value, bytes);
    put_near(layout::far_data_edge, last_linear() + offset, value, bytes);
  }
  /// Puts a value on the stack, if it is where stacks are.
  void stack_value(std::uint64_t value, unsigned bytes, int offset = 0) {
    const std::uint64_t at = reg(SLOT_RSP) + static_cast<std::uint64_t>(static_cast<long long>(offset));
    put_near(layout::stack_edge, at, value, bytes);
    if (at >= layout::last_page) put_near(layout::data_edge, at, value, bytes);
  }

  // --- descriptors --------------------------------------------------------------------------------------------------

  /// Puts a descriptor into a free place of the GDT or, at times, the LDT. Its selector, RPL 0; 0 if there is no place.
  unsigned add_descriptor(std::uint64_t value, bool local_too = true) {
    last_descriptor_ = value;
    if (local_too && one_in(4) && locals_ < local_count) {
      made.put(layout::ldt + 8 * locals_, value, 8);
      return 8 * locals_++ + 4;
    }
    if (wilds_ >= wild_count) return 0;
    made.put(layout::gdt + wild_begin + 8 * wilds_, value, 8);
    return wild_begin + 8 * wilds_++;
  }
  /// The one that was added last, or 0.
  std::uint64_t last_descriptor() const { return last_descriptor_; }
  /// Two neighbours in the GDT, as system descriptors have in IA-32e mode.
  unsigned add_wide_descriptor(std::uint64_t value, std::uint64_t high) {
    if (wilds_ + 2 > wild_count) return 0;
    const unsigned first = add_descriptor(value, false);
    add_descriptor(high, false);
    return first;
  }

  /// IRET to a stack segment of 16 bits leaves the upper half of ESP as it is in the guest program.
  void settle_stack() {
    const std::uint64_t raw = made.own_descriptor(static_cast<std::uint32_t>(reg(SLOT_SS)));
    constexpr std::uint64_t big = std::uint64_t{descriptor_flags::big} << 52;
    if (!is64() && raw != 0 && !(raw & big)) reg(SLOT_RSP) = layout::trampoline | (reg(SLOT_RSP) & 0xffff);
  }

 private:
  /// Puts a value at an address that leads close to an edge; others are left alone.
  void put_near(std::uint32_t edge, std::uint64_t linear, std::uint64_t value, unsigned bytes) {
    auto at = static_cast<std::uint32_t>(linear & 0xffff);
    if (linear >> 12 == layout::last_page >> 12) at = layout::data_edge - 0x1000 + (at & 0xfff);
    if (at < edge - layout::edge_reach || at + bytes > edge + layout::edge_reach) return;
    made.put(at, value, static_cast<std::uint8_t>(bytes));
  }

  std::uint64_t beyond_canonical(unsigned bytes) {
    const unsigned kind = chance.below(5);
    if (kind == 0) return layout::last_page + 0x1000 - bytes;
    if (kind == 1) return layout::last_page + 0x1001 - bytes + chance.below(bytes);
    if (kind == 2) return layout::last_page + 0x1000;
    if (kind == 3) return 0xffff'7fff'ffff'fffe + chance.below(4);
    return chance.next64();
  }

  /// Gives a data segment register a descriptor of its own, whose base and limit go with an operand at `linear`.
  /// Returns the offset of the operand.
  std::uint32_t shape_segment(unsigned which, std::uint32_t linear, unsigned bytes) {
    namespace type = descriptor_type;
    const bool is_stack = which == ss;
    const std::uint32_t base = one_in(3) ? 0 : (chance.next() & 0x1fff);
    const std::uint32_t offset = linear - base;
    const unsigned kind = pedantic() ? chance.below(is_stack ? 4 : 6) : 0;
    unsigned rights = type::data | (is_stack ? made.cpl : dpl_from(made.cpl)) << 5;
    unsigned flags = one_in(2) ? descriptor_flags::big : 0;
    std::uint32_t limit = offset + bytes - 2 + chance.below(3);
    if (kind == 0) limit = 0xfffff, flags |= descriptor_flags::pages;
    if (kind == 1 || kind == 2) {  // expand-down
      rights |= 4;
      limit = offset - 2 + chance.below(3);
    }
    if (kind == 4) rights &= ~2u;                                  // read-only
    if (kind == 5) rights |= 8, rights &= ~(one_in(2) ? 0u : 2u);  // code, readable or not
    // A code segment that cannot be read cannot be loaded, either.
    if (kind == 5) rights |= 2;
    if (kind != 0 && (limit > 0xfffff || one_in(6))) {
      flags |= descriptor_flags::pages;
      limit >>= 12;
    }
    const unsigned selector = add_descriptor(descriptor(base, limit, rights, flags));
    if (selector == 0) return linear;
    reg(SLOT_ES + which) = selector | (is_stack ? made.cpl : chance.below(made.cpl + 1));
    return offset;
  }
  unsigned dpl_from(unsigned least) { return least + chance.below(4 - least); }

  std::uint64_t last_linear() const {
    if (is64()) {
      const std::uint64_t base = through_ == fs   ? made.before[SLOT_FS_BASE]
                                 : through_ == gs ? made.before[SLOT_GS_BASE]
                                                  : 0;
      return made.before[bx] + base;
    }
    return linear_of_segment(through_) + (made.code_bits == 16 ? operand_at_ & 0xffff : operand_at_);
  }
  std::uint32_t linear_of_segment(unsigned which) const {
    const std::uint64_t raw = made.own_descriptor(static_cast<std::uint32_t>(made.before[SLOT_ES + which]));
    return static_cast<std::uint32_t>(raw >> 16 & 0xff'ffff) | static_cast<std::uint32_t>(raw >> 56) << 24;
  }

  std::uint64_t last_descriptor_ = 0;
  unsigned wilds_ = 0, locals_ = 0;
  std::uint32_t operand_at_ = 0;
  unsigned through_ = ds;
};

}  // namespace umbra::system_guest
