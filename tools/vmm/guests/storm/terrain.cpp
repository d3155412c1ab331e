#include "tools/vmm/guests/storm/terrain.hpp"

#include "tools/vmm/guests/paging.hpp"
#include "tools/vmm/guests/storm/attic.hpp"

namespace umbra::guests::storm {
namespace {

// Numbers of pages from `ground`. A large page that maps the ground shows, at the indices below, tables and data alike;
// the last is the last page of the guest's memory.
constexpr unsigned table_pages[] = {0, 1, 3, 4, 6, 511}, data_pages[] = {2, 5, 7, 510};
// Of the attic: the first and the last.
constexpr unsigned attic_table = 0, attic_data = ATTIC_BYTES / page - 1;

// Few, so that paths share tables; the first and last of a table, and of its halves where one is shadowed in two.
constexpr unsigned indices_of_8[] = {0, 1, 2, 511}, indices_of_4[] = {0, 2, 511, 512, 1023};

unsigned draw_index(random& dice, unsigned entry_bytes) {
  return entry_bytes == 8 ? dice.pick(indices_of_8) : dice.pick(indices_of_4);
}

word draw_flags(random& dice) {
  word flags = bit::present;
  if (dice.chance(850)) flags |= bit::write;
  if (dice.chance(850)) flags |= bit::user;
  if (dice.chance(500)) flags |= bit::accessed;
  if (dice.chance(400)) flags |= bit::dirty;
  if (dice.chance(200)) flags |= bit::global;
  if (dice.chance(50)) flags |= bit::no_execute;
  return flags;
}

word draw_whole(random& dice) {
  const word flags = draw_flags(dice);
  const unsigned what = dice.below(100);
  if (what < 64) return table_at(dice.below(table_count)) | flags;
  if (what < 75) return data_at(dice.below(data_count)) | flags;
  if (what < 90) return ground | bit::large | flags;
  if (what < 93) return bit::large | flags;  // the first GiB, where an entry can map one
  if (what < 96) return dice.next64() & ~word{bit::present};
  if (what < 98) return ground | bit::large | flags | word{1} << (13 + dice.below(8));
  return data_at(0) | flags | word{1} << (40 + dice.below(12));
}

word with_other_flag(random& dice, word old) {
  constexpr word flags[] = {bit::write, bit::user,    bit::accessed, bit::dirty,      bit::accessed,
                            bit::dirty, bit::present, bit::global,   bit::no_execute, bit::large};
  constexpr word open = bit::present | bit::write | bit::user;
  if ((old & bit::present) == 0 || dice.chance(350)) return (old & ~word{bit::no_execute | bit::large}) | open;
  return old ^ dice.pick(flags);
}

word& word_at(word gpa) { return *reinterpret_cast<word*>(static_cast<unsigned long>(gpa)); }

}  // namespace

unsigned long table_at(unsigned n) {
  return n == table_count - 1 ? attic_at() + attic_table * page : ground + table_pages[n] * page;
}

unsigned long data_at(unsigned n) {
  return n == data_count - 1 ? attic_at() + attic_data * page : ground + data_pages[n] * page;
}

bool is_data(word gpa) {
  for (unsigned n = 0; n < data_count; ++n) {
    if ((gpa & ~word{page - 1}) == data_at(n)) return n != data_count - 1 || is_attic_here(gpa);
  }
  return false;
}

bool is_free_to_write(word gpa) { return (gpa >= ground && gpa < ground_end) || in_attic(gpa); }

bool is_writable(word gpa) {
  return (gpa >= ground && gpa < ground_end) || (is_attic_here(gpa) && !is_attic_read_only());
}

bool is_gate(const plan& p, word place) {
  for (unsigned n = 0; n < p.gate_count; ++n) {
    if (p.gates[n].place[0] == place || p.gates[n].place[1] == place) return true;
  }
  return false;
}

word read_entry(word gpa, unsigned bytes) {
  const auto at = static_cast<unsigned long>(gpa);
  return bytes == 8 ? *reinterpret_cast<volatile std::uint64_t*>(at) : *reinterpret_cast<volatile std::uint32_t*>(at);
}

void lay_out(random& dice, const plan& p) {
  move_attic(0, false);
  for (unsigned n = 0; n < data_count; ++n) {
    constexpr word code_return = 0xc3, code_trap = 0x80cd;  // RET; INT 80H
    word_at(data_at(n) + word_offset) = 0;
    word_at(data_at(n) + return_offset) = code_return;
    word_at(data_at(n) + trap_offset) = code_trap;
  }
  const auto put = [&](word place, word value) {
    if (p.entry_bytes == 8) {
      word_at(place) = value;
    } else {
      *reinterpret_cast<volatile std::uint32_t*>(static_cast<unsigned long>(place)) = static_cast<std::uint32_t>(value);
    }
  };
  const word open = bit::present | (p.gates_are_pdptes ? word{0} : word{bit::write | bit::user});
  for (unsigned n = 0; n < p.gate_count; ++n) {
    for (const word place : p.gates[n].place) put(place, table_at(dice.below(table_count)) | open);
  }
  for (unsigned n = 0; n < table_count; ++n) {
    for (unsigned at = 0; at < page; at += 8) word_at(table_at(n) + at) = 0;
    const auto fill = [&](unsigned index) {
      const word to = dice.chance(850) ? table_at(dice.below(table_count)) : data_at(dice.below(data_count));
      put(table_at(n) + index * p.entry_bytes, to | bit::present | bit::write | bit::user);
    };
    if (p.entry_bytes == 8) {
      for (const unsigned index : indices_of_8) fill(index);
    } else {
      for (const unsigned index : indices_of_4) fill(index);
    }
  }
}

word draw_place(random& dice, const plan& p) {
  if (dice.chance(150)) return p.gates[dice.below(p.gate_count)].place[dice.below(2)];
  const unsigned long at = table_at(dice.below(table_count));
  return (is_writable(at) ? at : table_at(0)) + draw_offset(dice, p);
}

word draw_offset(random& dice, const plan& p) { return draw_index(dice, p.entry_bytes) * p.entry_bytes; }

word draw_entry(random& dice, const plan& p, word place, word old) {
  const word value = dice.chance(450) ? with_other_flag(dice, old) : draw_whole(dice);
  constexpr word rights_of_no_pdpte = bit::write | bit::user | bit::accessed | bit::dirty | bit::large | bit::global |
                                      bit::no_execute | word{0xfff} << 40;
  if (p.gates_are_pdptes && is_gate(p, place) && dice.chance(900)) return value & ~rights_of_no_pdpte;
  return value;
}

word draw_address(random& dice, const plan& p) {
  const gate& g = p.gates[dice.below(p.gate_count)];
  word index = 0;
  for (unsigned level = 0; level < g.below; ++level) index = index << p.index_bits | draw_index(dice, p.entry_bytes);
  return g.address + (index << 12);
}

}  // namespace umbra::guests::storm
