#include "fuzz/trial/compose.hpp"

#include <algorithm>

#include "core/x86/entry.hpp"
#include "core/x86/flags.hpp"
#include "fuzz/emulator/generator.hpp"
#include "fuzz/trial/aim.hpp"
#include "fuzz/trial/layout.hpp"
#include "fuzz/trial/reading.hpp"

namespace umbra::fuzz {

namespace {

using emucheck::form;
using emucheck::specimen;
namespace entry = x86::entry;

const std::vector<form>& forms() {
  static const std::vector<form> all = emucheck::all_forms();
  return all;
}

template <std::size_t n>
trial_mode pick(const trial_mode (&modes)[n], random& chance) {
  return chance.pick(modes);
}

/// Runs of bytes that lie side by side become one poke each, as many as there is room for.
void take_pokes(const specimen& s, trial& t) {
  std::array<std::uint16_t, emucheck::ram_bytes> values;
  std::vector<std::uint32_t> places;
  for (const emucheck::poke& p : s.pokes) {
    for (unsigned n = 0; n < p.bytes; ++n) {
      const auto at = static_cast<std::uint32_t>((p.at + n) % emucheck::ram_bytes);
      values[at] = static_cast<std::uint8_t>(p.value >> (8 * n));
      places.push_back(at);
    }
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  unsigned used = 0;
  for (const std::uint32_t at : places) {
    trial_poke* last = used == 0 ? nullptr : &t.pokes[used - 1];
    if (last != nullptr && last->at + last->bytes == at && last->bytes < 8) {
      last->value |= std::uint64_t{values[at]} << (8 * last->bytes++);
    } else if (used < trial::pokes_limit) {
      t.pokes[used++] = {at, 1, values[at]};
    }
  }
}

trial of_specimen(const specimen& s, trial_mode mode) {
  trial t;
  t.mode = mode;
  t.length = static_cast<std::uint8_t>(std::max(1u, s.length));
  t.code = s.code;
  t.rip = static_cast<std::uint16_t>(s.code_at() - emucheck::code_window.begin);
  t.flags = static_cast<std::uint32_t>(s.before.rflags);
  t.gpr = s.before.gpr;
  t.selector = s.before.selector;
  t.fs_base = static_cast<std::uint32_t>(s.before.fs_base);
  t.gs_base = static_cast<std::uint32_t>(s.before.gs_base);
  take_pokes(s, t);
  return t;
}

trial_poke* free_poke(trial& t, random& chance) {
  for (trial_poke& p : t.pokes) {
    if (p.bytes == 0) return &p;
  }
  return &t.pokes[chance.below(trial::pokes_limit)];
}

/// A page that is not present, read-only, the supervisor's, or reserved; elsewhere some descriptor, or the task's map.
void disturb_memory(trial& t, random& chance) {
  trial_poke& p = *free_poke(t, chance);
  if (paged(t.mode) && !chance.one_in(4)) {
    constexpr std::uint64_t all = entry::present | entry::write | entry::user;
    static constexpr std::uint64_t bits[] = {
        0,   entry::present,        entry::present | entry::user,        entry::present | entry::write,
        all, all | entry::accessed, all | entry::dirty | entry::accessed};
    const unsigned page = chance.one_in(4) ? chance.below(memory_pages) : 4 + chance.below(11);
    std::uint64_t e = std::uint64_t{page} << 12 | chance.pick(bits);
    if (t.mode != trial_mode::paged32 && chance.one_in(8)) e |= std::uint64_t{1} << 51;
    p = {page_entry_at(t.mode, page), static_cast<std::uint8_t>(page_entry_bytes(t.mode)), e};
    return;
  }
  switch (chance.below(3)) {
    case 0:
      p = {static_cast<std::uint32_t>(emucheck::gdt_at + 8 * (1 + chance.below(15)) + 5), 1, chance.next() & 0xff};
      break;
    case 1:
      p = {static_cast<std::uint32_t>(tss_at + 0x66 + chance.below(16)), 1, chance.next() & 0xff};
      break;
    default:
      p = {chance.below(emucheck::ram_bytes), static_cast<std::uint8_t>(1 + chance.below(8)),
           emucheck::boundary(chance, 8)};
      break;
  }
}

void disturb_segments(trial& t, random& chance) {
  segment_change& c = t.changes[chance.below(trial::changes_limit)];
  c.which = static_cast<std::uint8_t>(chance.below(6));
  c.what = static_cast<std::uint8_t>(chance.below(segment_change::kinds));
  // Most limits fall among the operands.
  c.parameter = static_cast<std::uint16_t>(chance.one_in(4) ? chance.next() & 0xffff : 0x400 + chance.below(0xa00));
  if (c.what == segment_change::based) c.parameter %= 0x400;
}

void disturb_register(trial& t, random& chance) {
  std::uint64_t& r = t.gpr[chance.below(16)];
  switch (chance.below(6)) {
    case 0:
      r = emucheck::boundary(chance, 8);
      break;
    case 1:
      r += chance.below(17) - 8;
      break;
    case 2:
      r = (r & ~std::uint64_t{0xfff}) + 0x1000 - 1 - chance.below(16);
      break;  // right before a page boundary
    case 3:
      r = device_window.begin + chance.below(0x7000);
      break;
    case 4:
      r = tables_at + 8 * chance.below(0x2000);
      break;
    default:
      r |= 0xffff'8000'0000'0000;
      break;
  }
}

/// Bytes as bytes: prefixes that come and go, bits that flip.
void disturb_code(trial& t, random& chance) {
  static constexpr std::uint8_t prefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66,
                                              0x67, 0xf0, 0xf2, 0xf3, 0x40, 0x48, 0x4f};
  switch (chance.below(4)) {
    case 0:
      t.code[chance.below(t.length)] ^= static_cast<std::uint8_t>(1u << chance.below(8));
      break;
    case 1:
      std::rotate(t.code.begin(), t.code.end() - 1, t.code.end());
      t.code[0] = chance.pick(prefixes);
      t.length = static_cast<std::uint8_t>(std::min<unsigned>(t.length + 1u, emulate::longest_instruction));
      break;
    case 2:
      if (t.length > 1) {
        std::copy(t.code.begin() + 1, t.code.end(), t.code.begin());
        t.code[--t.length] = 0;
      }
      break;
    default:
      t.code[chance.below(t.length)] = static_cast<std::uint8_t>(chance.next() >> 32);
      break;
  }
}

/// Puts LOCK in front, if the instruction then is atomic and was not before. Whether it is now.
bool lock(trial& t) {
  if (reading_of(t).locks) return true;
  if (t.length == emulate::longest_instruction) return false;
  trial locked = t;
  std::rotate(locked.code.begin(), locked.code.end() - 1, locked.code.end());
  locked.code[0] = 0xf0;
  ++locked.length;
  if (!reading_of(locked).locks) return false;
  t = locked;
  return true;
}

void choose_ordeal(trial& t, random& chance) {
  t.through = static_cast<ordeal>(chance.below(ordeals));
  if (t.through == ordeal::race && !lock(t)) t.through = ordeal::none;
  t.page = static_cast<std::uint8_t>(chance.one_in(4) ? chance.below(memory_pages) : 1 + chance.below(15));
  // Without paging, the operand is read third or so.
  t.nth = static_cast<std::uint8_t>(chance.below(chance.one_in(2) ? 5 : 16));
  t.offset = static_cast<std::int8_t>(chance.one_in(2) ? static_cast<int>(chance.below(8))
                                                       : static_cast<int>(chance.below(24)) - 8);
  t.bytes = static_cast<std::uint8_t>(1 + chance.below(8));
  t.value = chance.next();
}

/// Has an instruction that wants a selector find one that names something.
void offer_selector(trial& t, random& chance) {
  static constexpr std::uint16_t selectors[] = {0,    3,    0x04, 0x0c, 0x1c, 0x30, 0x33, 0x38, 0x3b,
                                                0x40, 0x43, 0x50, 0x53, 0x60, 0x68, 0x70, 0x78, 0x80};
  const reading r = reading_of(t);
  if (r.how != emulate::decoding::complete) return;
  if (r.insn.what->family != emulate::family::system && r.insn.what->family != emulate::family::segment) return;
  for (const emulate::operand& o : r.insn.operands) {
    if (o.kind != emulate::operand_kind::general) continue;
    t.gpr[o.value] = (t.gpr[o.value] & ~std::uint64_t{0xffff}) | chance.pick(selectors);
  }
}

/// Has the instruction access an entry of the tables that the processor has used, or a part of one.
void aim_at_tables(trial& t, random& chance) {
  const std::uint64_t entry = page_entry_at(t.mode, chance.one_in(4) ? 0x20 + chance.below(10) : 4 + chance.below(11));
  aim_at(t, entry + (chance.one_in(4) ? chance.below(page_entry_bytes(t.mode)) : 0));
}

}  // namespace

trial compose_trial(random& chance) {
  static constexpr trial_mode modes16[] = {trial_mode::real, trial_mode::real, trial_mode::virtual8086};
  static constexpr trial_mode modes32[] = {trial_mode::flat32, trial_mode::flat32, trial_mode::paged32, trial_mode::pae,
                                           trial_mode::compatibility};
  static constexpr unsigned all_bits[] = {16, 32, 64, 64};
  const form* f;
  unsigned bits;
  do {
    f = &forms()[chance.below(static_cast<unsigned>(forms().size()))];
    bits = chance.pick(all_bits);
  } while (!f->exists(bits));
  const std::vector<unsigned> sizes = f->sizes(bits);
  const specimen s = draw(*f, bits, sizes[chance.below(static_cast<unsigned>(sizes.size()))], chance);
  trial t = of_specimen(s, bits == 16 ? chance.pick(modes16) : bits == 32 ? chance.pick(modes32) : trial_mode::long64);
  if (bits == 16 && chance.one_in(8)) t.mode = trial_mode::flat16;
  if (chance.one_in(3)) t.cpl = static_cast<std::uint8_t>(chance.one_in(8) ? chance.below(4) : 3);
  if (chance.one_in(3)) t.system = static_cast<std::uint16_t>(chance.next() & trial_system::all & chance.next());
  if (chance.one_in(16)) t.flags |= x86::rflags::tf;
  if (chance.one_in(8)) t.flags |= x86::rflags::iopl;
  if (chance.one_in(4)) disturb_memory(t, chance);
  if (chance.one_in(6)) disturb_segments(t, chance);
  if (chance.one_in(2)) offer_selector(t, chance);
  choose_ordeal(t, chance);
  if (t.through == ordeal::shadows && paged(t.mode) && chance.one_in(2)) aim_at_tables(t, chance);
  t.judge = static_cast<std::uint8_t>(chance.next() >> 56);
  return t;
}

void mutate_trial(trial& t, random& chance) {
  for (unsigned n = 1 + chance.below(3); n > 0; --n) {
    switch (chance.below(12)) {
      case 0:
      case 1:
        disturb_register(t, chance);
        break;
      case 2:
        disturb_code(t, chance);
        break;
      case 3:
        disturb_memory(t, chance);
        break;
      case 4:
        disturb_segments(t, chance);
        break;
      case 5:
        t.flags ^= 1u << chance.below(22);
        break;
      case 6:
        t.system ^= static_cast<std::uint16_t>(1u << chance.below(trial_system::count));
        break;
      case 7:
        t.mode = static_cast<trial_mode>(chance.below(trial_modes));
        break;
      case 8:
        t.cpl = static_cast<std::uint8_t>(chance.one_in(2) ? 3 : 0);
        break;
      case 9:
        t.rip = static_cast<std::uint16_t>(chance.one_in(2) ? 0x1000 - 1 - chance.below(15) : chance.below(0x1ff0));
        break;
      case 10:
        t.judge = static_cast<std::uint8_t>(chance.next() >> 56);
        break;
      default:
        choose_ordeal(t, chance);
        break;
    }
  }
}

trial cross_trials(const trial& a, const trial& b, random& chance) {
  trial t = b;
  t.code = a.code;
  t.length = a.length;
  if (chance.one_in(2)) t.gpr = a.gpr;
  if (chance.one_in(2)) t.mode = a.mode;
  if (chance.one_in(2)) t.pokes = a.pokes;
  if (chance.one_in(2)) t.through = a.through;
  return t;
}

}  // namespace umbra::fuzz
