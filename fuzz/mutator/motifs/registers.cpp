// Control registers that change over tables in use.

#include "fuzz/mutator/motifs/motifs.hpp"

#include "core/x86/control.hpp"
#include "fuzz/scene/layout.hpp"

namespace umbra::fuzz::motifs {

void flip_control(composer& c) {
  const std::uint64_t g = target(c);
  constexpr kind registers[] = {kind::cr0, kind::cr0, kind::cr4, kind::cr4, kind::efer};
  const kind which = c.chance.pick(registers);
  const tracker::registers before = c.registers();
  if (c.chance.one_in(2)) c.touch(g);
  c.set(which, c.register_value(which));
  c.touch(g);
  c.touch(g);
  if (mostly(c)) c.set(which, which == kind::cr0 ? before.cr0 : which == kind::cr4 ? before.cr4 : before.efer);
  c.touch(g);
  if (c.chance.one_in(2)) c.touch(g);
}

void write_unprotected(composer& c) {
  const std::uint64_t g = target(c);
  const bool user_bit_matters = c.chance.one_in(2);
  c.set(kind::cr0, c.registers().cr0 & ~x86::cr0::wp);
  if (user_bit_matters) c.set(kind::cr4, c.registers().cr4 ^ (c.chance.one_in(2) ? x86::cr4::smep : x86::cr4::smap));
  c.add(plain_access(c, kind::write, g, {0, c.chance.one_in(2), false}));
  constexpr kind next[] = {kind::read, kind::write, kind::fetch};
  const unsigned times = 1 + c.chance.below(3);
  for (unsigned n = 0; n < times; ++n) c.add(plain_access(c, c.chance.pick(next), g, c.by()));
  if (mostly(c)) {
    c.set(kind::cr0, c.registers().cr0 | x86::cr0::wp);
    c.touch(g);
  }
}

void switch_root(composer& c) {
  const std::uint64_t g = target(c), back = c.registers().cr3;
  if (c.chance.one_in(2)) c.touch(g);
  c.set(kind::cr3, c.register_value(kind::cr3));
  c.touch(g);
  if (c.chance.one_in(2)) {
    const path::step e = c.entry_of(g);
    c.write_entry(e, c.rewritten(e));
  }
  if (mostly(c)) c.set(kind::cr3, back);
  c.touch(g);
}

void enter_format(composer& c, start next, std::uint64_t root) {
  const tracker::registers old = c.registers();
  const bool wide = next != start::bits32;
  c.set(kind::efer, (old.efer & ~x86::efer::lme) | (next == start::level4 ? x86::efer::lme : 0));
  c.set(kind::cr4, (old.cr4 & ~x86::cr4::pae) | (wide ? x86::cr4::pae : x86::cr4::pse));
  c.set(kind::cr3, root);
  c.set(kind::cr0, old.cr0 | x86::cr0::pe | x86::cr0::pg);
}

void leave_paging(composer& c) { c.set(kind::cr0, (c.registers().cr0 | x86::cr0::pe) & ~x86::cr0::pg); }

void switch_format(composer& c) {
  const std::uint64_t g = target(c);
  const tracker::registers old = c.registers();
  constexpr start modes[] = {start::level4, start::level4, start::pae, start::pae, start::bits32, start::paging_off};
  const start next = c.chance.pick(modes);
  c.touch(g);
  leave_paging(c);
  if (c.chance.one_in(3)) c.touch(c.data_gva());
  if (next == start::paging_off) {
    c.set(kind::cr0, old.cr0);
    return c.touch(g);
  }
  enter_format(c, next, c.chance.one_in(5) ? old.cr3 : root_of(next, c.chance.below(2)));
  c.touch(c.chance.one_in(2) ? g : c.fresh_gva());
  c.touch(c.fresh_gva());
  const path::step e = c.entry_of(c.used_gva());
  c.write_entry(e, c.rewritten(e));
  c.touch(c.used_gva());
}

void reload_pointers(composer& c) {
  const std::uint64_t table = c.registers().cr3 & 0xffff'ffe0, g = target(c);
  path::step e;
  e.gpa = table + (c.chance.one_in(2) ? g >> 30 & 3 : c.chance.below(4)) * 8;
  e.level = 3;
  e.entry = c.memory().word_at(e.gpa);
  constexpr std::uint64_t directories[] = {layout::pd_a, layout::pd_b, layout::pd_c, layout::pd_d};
  c.touch(g);
  const std::uint64_t value =
      c.chance.one_in(4) ? c.rewritten(e) : c.chance.pick(directories) << 12 | !c.chance.one_in(6);
  c.write_entry(e, value);
  c.touch(g);
  switch (c.chance.below(5)) {
    case 0:
      c.set(kind::cr3, c.registers().cr3);
      break;
    case 1:
      c.set(kind::cr4, c.registers().cr4 ^ x86::cr4::pge);
      break;
    case 2:
      c.set(kind::cr4, c.registers().cr4 ^ x86::cr4::smep);
      break;
    case 3:
      c.set(kind::cr0, c.registers().cr0 ^ x86::cr0::cd);
      break;
    default:
      c.set(kind::cr4, c.registers().cr4 ^ x86::cr4::pse);
      break;
  }
  c.touch(g);
}

}  // namespace umbra::fuzz::motifs
