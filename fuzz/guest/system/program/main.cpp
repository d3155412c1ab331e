// The guest program of the system specimens: makes them one after the other, executes each, and sends what came of it.
#include "core/x86/control.hpp"
#include "fuzz/guest/program/machine.hpp"
#include "fuzz/guest/program/port.hpp"
#include "fuzz/guest/shared/record.hpp"
#include "fuzz/guest/system/program/memory.hpp"
#include "fuzz/guest/system/program/tables.hpp"
#include "fuzz/guest/system/program/trampoline.hpp"
#include "fuzz/guest/system/shared/generator.hpp"
#include "fuzz/guest/system/shared/memory.hpp"
#include "fuzz/guest/system/shared/record.hpp"

namespace umbra::system_guest {
namespace {

opguest::console out;
specimen current;
/// What watched memory held before.
std::uint32_t watched[layout::watched_dwords()];

/// No device interrupts anybody: specimens may set IF.
void mask_interrupts() { asm volatile("outb %%al, $0x21\noutb %%al, $0xa1" : : "a"(0xff)); }

void execute(const specimen& s) {
  for (unsigned slot = 0; slot < SLOT_COUNT; ++slot) {
    block.before[slot] = s.before[slot];
    block.after[slot] = 0;
  }
  block.before[SLOT_EFER] &= ~std::uint64_t{x86::efer::lma};
  block.wide = s.long_mode();
  block.outer = s.cpl != 0;
  block.bases = s.code_bits == 64;
  const auto pointer = [&s](unsigned base) {
    return table_register{static_cast<std::uint16_t>(s.before[base + 1]), s.before[base]};
  };
  block.gdt = pointer(SLOT_GDT_BASE);
  block.idt = pointer(SLOT_IDT_BASE);
  run_trampoline();
}

/// Outside of 64-bit mode half of the registers cannot be seen, and what their upper halves hold is nobody's business.
void complete(const specimen& s) {
  std::uint64_t(&after)[SLOT_COUNT] = block.after;
  for (unsigned slot = SLOT_ES; slot <= SLOT_TR; ++slot) after[slot] &= 0xffff;
  if (s.code_bits != 64) {
    for (unsigned slot = SLOT_RAX; slot <= SLOT_RDI; ++slot) after[slot] &= 0xffff'ffff;
    for (unsigned slot = SLOT_R8; slot <= SLOT_R15; ++slot) after[slot] = s.before[slot];
  }
  constexpr unsigned wide_only[] = {SLOT_FS_BASE, SLOT_GS_BASE, SLOT_CR8};
  if (!s.long_mode())
    for (const unsigned slot : wide_only) after[slot] = s.before[slot];
}

void report(const specimen& s) {
  std::uint64_t changed = 0;
  for (unsigned slot = 0; slot < SLOT_COUNT; ++slot)
    if (block.after[slot] != s.before[slot]) changed |= std::uint64_t{1} << slot;
  out.put8(record::result_mark);
  out.put8(static_cast<std::uint8_t>(block.vector));
  out.put32(digest(s));
  out.put32(static_cast<std::uint32_t>(block.error));
  out.put64(changed);
  for (unsigned slot = 0; slot < SLOT_COUNT; ++slot)
    if (changed >> slot & 1) out.put64(block.after[slot]);
  unsigned count = 0;
  for_each_watched([&](std::uint32_t gpa, unsigned index) { count += at<std::uint32_t>(gpa) != watched[index]; });
  if (count > record::max_changes) count = record::max_changes;
  out.put8(static_cast<std::uint8_t>(count));
  for_each_watched([&](std::uint32_t gpa, unsigned index) {
    if (count == 0 || at<std::uint32_t>(gpa) == watched[index]) return;
    out.put16(static_cast<std::uint16_t>(index));
    out.put32(at<std::uint32_t>(gpa));
    --count;
  });
  out.flush();  // if the next one kills the machine, the host knows which it was
}

void prepare(const specimen& s) {
  paint(s, store);
  set_exception_stacks();
}

/// Tries whether the processor minds an access beyond the limit of a segment: QEMU's does not.
bool is_pedantic(const abilities& machine) {
  opguest::random chance{0, 0};
  draft d{machine, chance, current};
  d.clear();
  draw_control(d);
  draw_segments(d);
  d.reg(SLOT_CR4) = d.reg(SLOT_EFER) = 0;
  d.reg(SLOT_RFLAGS) = x86::rflags::fixed;
  d.reg(SLOT_RIP) = layout::code;
  d.reg(SLOT_RSP) = layout::stack_edge;
  d.reg(SLOT_DS) = d.add_descriptor(descriptor(0, 0, descriptor_type::data, descriptor_flags::big));
  d.reg(bx) = layout::data_edge;
  d.code.byte(0x8b);
  d.code.at_bx(ax);
  prepare(current);
  execute(current);
  wipe_code(current, store);
  return block.vector != 3;
}

void run(const abilities& machine, const opguest::order& asked) {
  out.put32(record::magic);
  out.put8(machine.maxphyaddr);
  out.put8(opguest::record::pack(machine));
  out.put8(machine.pedantic);
  out.put64(asked.seed);
  out.put32(asked.first);
  const generator specimens{machine, asked.seed};
  for (std::uint32_t number = asked.first; number != asked.first + asked.count; ++number) {
    specimens.make(number, current);
    prepare(current);
    for_each_watched([](std::uint32_t gpa, unsigned index) { watched[index] = at<std::uint32_t>(gpa); });
    execute(current);
    complete(current);
    report(current);
    wipe_code(current, store);
  }
  out.put8(record::end_mark);
  out.put32(asked.count);
  out.flush();
}

}  // namespace
}  // namespace umbra::system_guest

extern "C" [[noreturn]] void guest_main(std::uint32_t, const umbra::opguest::boot_information* boot) {
  using namespace umbra;
  system_guest::abilities machine{opguest::explore(*boot)};
  const opguest::order asked = opguest::read_order(*boot);
  system_guest::mask_interrupts();
  system_guest::paint_fixed(system_guest::store);
  system_guest::set_up_tables();
  machine.pedantic = system_guest::is_pedantic(machine);
  system_guest::run(machine, asked);
  opguest::power_off();
}
