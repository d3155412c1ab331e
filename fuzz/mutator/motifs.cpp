#include "fuzz/mutator/motifs.hpp"

#include <array>

#include "core/x86/control.hpp"
#include "fuzz/ops/raw_v1.hpp"
#include "fuzz/scene/layout.hpp"

namespace umbra::fuzz {
namespace {

/// Often; so that motifs come with and without the step that makes them well-behaved.
bool mostly(composer& c) { return c.chance.below(3) != 0; }

void spread(composer& c) { add_spread(c, 3 + c.chance.below(8)); }

std::uint64_t target(composer& c) { return c.chance.one_in(2) ? c.used_gva() : c.fresh_gva(); }

op plain_access(composer& c, kind k, std::uint64_t gva, maker by) {
  op o;
  o.kind = k;
  o.address = gva;
  o.by = by;
  if (k == kind::write) o.value = c.data_value();
  return o;
}

/// The entry changes between two accesses.
void rewrite(composer& c) {
  const std::uint64_t g = target(c);
  c.touch(g);
  const path::step e = c.entry_of(g);
  c.write_entry(e, c.rewritten(e));
  if (mostly(c)) c.invlpg(g);
  c.touch(g);
  if (c.chance.one_in(2)) {
    c.write_entry(e, e.entry);
    if (mostly(c)) c.invlpg(g);
    c.touch(c.near_gva(g));
  }
}

/// A table becomes a large page and a table again, while what hung below is still around.
void resize(composer& c) {
  const std::uint64_t g = target(c);
  path::step e = c.entry_of(g);
  for (unsigned tries = 0; tries < 4 && e.level == 1; ++tries) e = c.entry_of(g);
  c.touch(g);
  if (c.chance.one_in(2)) c.touch(c.near_gva(g));
  const unsigned rounds = 1 + c.chance.below(3);
  for (unsigned n = 0; n < rounds; ++n) {
    const std::uint64_t value = c.resized(e);
    c.write_entry(e, value);
    if (mostly(c)) c.invlpg(g);
    c.touch(g);
    if (c.chance.one_in(2)) c.touch(c.near_gva(g));
    e.entry = value;
  }
}

/// Two entries lead to one child, with different rights.
void adopt(composer& c) {
  const std::uint64_t g = target(c), h = c.near_gva(g);
  path::step from = c.entry_of(g), to = c.entry_of(h);
  for (unsigned tries = 0; tries < 4 && (from.level != to.level || from.gpa == to.gpa); ++tries) {
    from = c.entry_of(g), to = c.entry_of(h);
  }
  to.entry = from.entry;
  if (c.chance.one_in(2)) c.touch(g);
  c.write_entry(to, c.regranted(to));
  if (c.chance.one_in(2)) c.invlpg(h);
  c.touch(h);
  c.touch(g);
  c.touch(h);
}

/// Rights of the same page, asked for in different ways one after the other.
void ask_again(composer& c) {
  const std::uint64_t g = target(c);
  const unsigned times = 2 + c.chance.below(4);
  for (unsigned n = 0; n < times; ++n) c.touch(c.chance.one_in(4) ? c.near_gva(g) : g);
}

/// A control bit that permissions depend on flips between accesses.
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

/// The supervisor writes where only rights without write protection let it, then others come to the same page.
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

/// Roots change, and with them all that lies below.
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

/// The current vCPU, with paging off, enters a paging format.
void enter_format(composer& c, start next, std::uint64_t root) {
  const tracker::registers old = c.registers();
  const bool wide = next != start::bits32;
  c.set(kind::efer, (old.efer & ~x86::efer::lme) | (next == start::level4 ? x86::efer::lme : 0));
  c.set(kind::cr4, (old.cr4 & ~x86::cr4::pae) | (wide ? x86::cr4::pae : x86::cr4::pse));
  c.set(kind::cr3, root);
  c.set(kind::cr0, old.cr0 | x86::cr0::pe | x86::cr0::pg);
}

void leave_paging(composer& c) { c.set(kind::cr0, (c.registers().cr0 | x86::cr0::pe) & ~x86::cr0::pg); }

/// Another paging format over the same memory, and back.
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

/// A directory pointer changes in memory; the loaded one does so only when the architecture says.
void reload_pointers(composer& c) {
  const std::uint64_t table = c.registers().cr3 & 0xffff'ffe0, g = target(c);
  path::step e;
  e.gpa = table + (c.chance.one_in(2) ? g >> 30 & 3 : c.chance.below(4)) * 8;
  e.level = 3;
  e.entry = c.memory().word_at(e.gpa);
  constexpr std::uint64_t directories[] = {layout::pd_a, layout::pd_b, layout::pd_c, layout::pd_d};
  c.touch(g);
  const std::uint64_t value = c.chance.one_in(4) ? c.rewritten(e) : c.chance.pick(directories) << 12 | !c.chance.one_in(6);
  c.write_entry(e, value);
  c.touch(g);
  switch (c.chance.below(5)) {
    case 0: c.set(kind::cr3, c.registers().cr3); break;
    case 1: c.set(kind::cr4, c.registers().cr4 ^ x86::cr4::pge); break;
    case 2: c.set(kind::cr4, c.registers().cr4 ^ x86::cr4::smep); break;
    case 3: c.set(kind::cr0, c.registers().cr0 ^ x86::cr0::cd); break;
    default: c.set(kind::cr4, c.registers().cr4 ^ x86::cr4::pse); break;
  }
  c.touch(g);
}

/// The dirty log starts, writes come in various ways, the log is read, and they come again.
void log_writes(composer& c) {
  op log;
  log.kind = kind::log;
  log.index = static_cast<std::uint8_t>(c.chance.below(2));
  log.count = 1;
  op read = log;
  read.kind = kind::read_log;
  const std::uint64_t g = target(c);
  if (c.chance.one_in(2)) c.add(plain_access(c, kind::write, g, c.by()));
  c.add(log);
  const unsigned rounds = 1 + c.chance.below(2);
  for (unsigned n = 0; n < rounds; ++n) {
    c.touch(g);
    if (c.chance.one_in(2)) {
      const path::step e = c.entry_of(g);
      c.write_entry(e, c.rewritten(e));
    }
    if (c.chance.one_in(2)) c.on_vcpu(1 - c.current());
    c.add(plain_access(c, kind::write, c.chance.one_in(2) ? g : c.data_gva(), c.by()));
    c.add(read);
    c.add(plain_access(c, kind::write, g, c.by()));
  }
  if (c.chance.one_in(2)) {
    log.count = 0;
    c.add(log);
    c.touch(g);
  }
}

/// Memory goes, moves, or becomes read-only while it is mapped.
void move_memory(composer& c) {
  struct request {
    std::uint8_t index;
    std::uint64_t base;
    std::uint32_t pages;
    std::uint64_t backing;
  };
  constexpr std::uint32_t whole = low_pages;
  constexpr request requests[] = {{1, 0, 0, 0},           {1, high_frame, high_pages, low_pages}, {1, high_frame, high_pages, 0x80},
                                  {1, high_frame, 16, 0}, {2, whole, 32, 0x84},                   {2, 0x200, 64, 0},
                                  {2, 0x100, 32, 0xc0},   {2, 0, 0, 0},                           {0, 0, 0, 0},
                                  {0, 0, whole, 0},       {0, 0, whole, 1},                       {0, 0, 0x80, 0}};
  const std::uint64_t g = target(c);
  const unsigned rounds = 1 + c.chance.below(2);
  for (unsigned n = 0; n < rounds; ++n) {
    const request& r = c.chance.pick(requests);
    op o;
    o.kind = kind::slot;
    o.index = r.index, o.address = r.base, o.count = r.pages, o.value = r.backing;
    if (c.chance.one_in(4)) o.bits = static_cast<std::uint8_t>(1 + c.chance.below(3));
    c.touch(g);
    if (c.chance.one_in(4) && r.pages != 0) {
      op gone = o;
      gone.count = 0;
      c.add(gone);
      if (c.chance.one_in(2)) c.touch(g);
    }
    c.add(o);
    c.touch(g);
    c.touch(c.chance.one_in(2) ? c.near_gva(g) : c.fresh_gva());
  }
}

/// The same frames at a second place.
void show_twice(composer& c) {
  constexpr std::uint64_t places[] = {0xc0, 0xc0, 0x100, 0x200};
  constexpr std::uint64_t things[] = {0, 0x80, layout::first_data, 1, high_frame, 0x10, layout::pd_a, layout::pd32_a};
  const std::uint64_t base = c.chance.pick(places);
  op o;
  o.kind = c.chance.one_in(2) ? kind::alias : kind::slot;
  if (!c.allows(o.kind)) o.kind = o.kind == kind::alias ? kind::slot : kind::alias;
  o.index = static_cast<std::uint8_t>(o.kind == kind::alias ? c.chance.below(4) : 2 + c.chance.below(2));
  o.address = base;
  o.count = 32;
  o.value = c.chance.pick(things);
  if (o.kind == kind::slot && o.value >= high_frame) o.value = low_pages;
  if (o.kind == kind::slot && c.chance.one_in(3)) o.bits = static_cast<std::uint8_t>(1 + c.chance.below(3));
  c.add(o);
  const std::uint64_t g = target(c);
  c.touch(g);
  path::step e = c.entry_of(g);
  for (unsigned tries = 0; tries < 4 && e.level != 1; ++tries) e = c.entry_of(g);
  const std::uint64_t to = base + c.chance.below(32);
  c.write_entry(e, (c.regranted(e) & ~x86::entry::address_mask) | to << 12);
  c.touch(g);
  c.touch(c.fresh_gva());
  if (c.chance.one_in(2)) {
    op gone = o;
    gone.count = 0;
    c.add(gone);
    c.touch(g);
  }
}

/// Somebody writes to the tables just before the core's n-th look at guest memory.
void race(composer& c) {
  const std::uint64_t g = target(c);
  const path::step e = c.entry_of(g);
  op o;
  o.kind = kind::race;
  o.who = c.chance.one_in(2) ? racer::vcpu : c.chance.one_in(2) ? racer::vmm : racer::device;
  o.size = static_cast<std::uint8_t>(e.bytes);
  o.count = c.chance.below(c.chance.one_in(4) ? 16 : 7);
  o.value = c.rewritten(e);
  o.address = o.who == racer::vcpu ? c.window(e.gpa) : e.gpa;
  const unsigned me = c.current();
  if (o.who == racer::vcpu && mostly(c)) {  // the other vCPU needs a translation that lets it write there
    c.on_vcpu(1 - me);
    c.add(plain_access(c, kind::write, (o.address & ~std::uint64_t{0xfff}) | 0xf00, {0, c.chance.one_in(4), false}));
    c.on_vcpu(me);
  }
  if (c.chance.one_in(4)) c.touch(g);
  // Then the walk has accessed bits to set, and can lose the exchange.
  if (c.chance.one_in(3)) c.write_entry(e, e.entry & ~x86::entry::accessed);
  c.add(o);
  switch (c.chance.below(6)) {
    case 0: c.write_entry(e, c.rewritten(e)); break;
    case 1: c.invlpg(g); break;
    case 2: c.set(kind::cr3, c.register_value(kind::cr3)); break;
    default: c.touch(g); break;
  }
  c.touch(g);
  if (c.chance.one_in(2)) c.touch(c.near_gva(g));
}

/// Two vCPUs use one table; one of them changes it.
void share(composer& c) {
  const std::uint64_t g = target(c);
  const unsigned me = c.current();
  c.touch(g);
  c.on_vcpu(1 - me);
  if (c.chance.one_in(2)) c.set(kind::cr3, root_of(c.mode(), 0));
  c.touch(g);
  c.on_vcpu(me);
  const path::step e = c.entry_of(g);
  c.write_entry(e, c.rewritten(e));
  if (c.chance.one_in(2)) c.invlpg(g);
  c.on_vcpu(1 - me);
  if (c.chance.one_in(2)) c.invlpg(g);
  c.touch(g);
}

/// A table in use is a page table of the other vCPU's too, whose entries have the other size.
void use_in_two_sizes(composer& c) {
  const bool narrow = c.mode() == start::bits32;
  if (!narrow && c.mode() < start::pae) return spread(c);
  const std::uint64_t g = target(c);
  using namespace x86::entry;
  const path::step ours = c.entry_of(g);
  if (!narrow && ours.level < 3 && c.chance.one_in(2)) {
    // A frame at 4 GiB makes the upper half of the entry a present one of half the size.
    const std::uint64_t frame = high_frame + (ours.level == 1 ? c.chance.below(high_pages) : 0);
    c.write_entry(ours, frame << 12 | present | x86::entry::write | user | accessed | (ours.level == 1 ? 0 : large));
  }
  c.touch(g);
  const unsigned me = c.current();
  c.on_vcpu(1 - me);
  if ((c.mode() == start::bits32) == narrow) {
    const start next = !narrow ? start::bits32 : c.chance.one_in(2) ? start::pae : start::level4;
    leave_paging(c);
    enter_format(c, next, root_of(next, c.chance.below(2)));
  }
  const std::uint64_t h = c.fresh_gva();
  path::step link = c.entry_of(h);
  for (unsigned tries = 0; tries < 6 && link.level != 2; ++tries) link = c.entry_of(h);
  c.write_entry(link, (ours.gpa & address_mask) | present | x86::entry::write | user | (c.chance.one_in(2) ? accessed : 0));
  // The entry that overlaps `ours`: one of two where entries have half the size.
  const std::uint64_t offset = ours.gpa & 0xfff;
  const std::uint64_t index = narrow ? offset / 8 : offset / 4 + c.chance.below(2);
  const std::uint64_t indexes = narrow ? 0x1ff : 0x3ff;
  c.touch((h & ~(indexes << 12)) | (index & indexes) << 12);
  c.on_vcpu(me);
  c.touch(g);
}

/// The very same access before and after the entry behind it changes: what was cached of it must be gone.
void repeat_after_change(composer& c) {
  const std::uint64_t g = target(c);
  op same = c.access(g);
  if (mostly(c)) same.by.cpl = 0;
  c.add(same);
  const path::step e = c.entry_of(g);
  c.write_entry(e, c.chance.one_in(2) ? c.regranted(e) : c.rewritten(e));
  c.invlpg(g);
  c.add(same);
}

/// A processor caches of its own accord what then changes.
void speculate(composer& c) {
  const std::uint64_t g = target(c);
  op o;
  o.kind = kind::speculate;
  o.index = static_cast<std::uint8_t>(c.chance.below(2));
  o.address = g;
  c.touch(g);
  if (c.chance.one_in(2)) c.invlpg(g);
  c.add(o);
  const path::step e = c.entry_of(g);
  c.write_entry(e, c.rewritten(e));
  if (c.chance.one_in(2)) c.add(o);
  if (mostly(c)) c.invlpg(g);
  c.touch(g);
}

/// Many writes to one table, used or not in between.
void flood(composer& c) {
  const std::uint64_t g = target(c);
  c.touch(g);
  path::step e = c.entry_of(g);
  const unsigned writes = 3 + c.chance.below(6);
  const bool used = c.chance.one_in(3);
  for (unsigned n = 0; n < writes; ++n) {
    c.write_entry(e, c.rewritten(e));
    if (used) c.touch(c.chance.one_in(2) ? g : c.near_gva(g));
    if (c.chance.one_in(3)) e.gpa = (e.gpa & ~std::uint64_t{0xfff}) | ((e.gpa + e.bytes) & 0xfff);
  }
  c.touch(g);
}

/// The pool runs low while tables are in use.
void press_pool(composer& c) {
  const std::uint64_t g = target(c);
  c.touch(g);
  if (c.chance.one_in(3)) {
    op o;
    o.kind = kind::reclaim;
    o.count = c.chance.below(128);
    c.add(o);
  } else {
    add_sweep(c);
  }
  c.touch(g);
  c.touch(c.near_gva(g));
}

/// A table that is reached at one level is reached at another one, too, or as data.
void confuse_levels(composer& c) {
  const std::uint64_t g = target(c), h = c.fresh_gva();
  const path::step e = c.entry_of(g);
  path::step to = c.entry_of(h);
  c.touch(g);
  to.entry = (to.entry & ~x86::entry::address_mask) | (e.gpa & x86::entry::address_mask);
  c.write_entry(to, c.chance.one_in(2) ? c.regranted(to) & ~x86::entry::large : to.entry | x86::entry::present);
  c.touch(h);
  op o = c.access(h);  // through the new mapping, onto the table itself
  o.kind = kind::write;
  o.address = (h & ~std::uint64_t{0xfff}) | (e.gpa & 0xfff);
  o.value = c.rewritten(e);
  c.add(o);
  c.touch(g);
}

/// Everything is dropped at once; rarely, for what comes after starts with nothing.
void drop_all(composer& c) {
  if (!c.chance.one_in(4)) return add_spread(c, 4);
  const std::uint64_t g = target(c);
  op o;
  o.kind = kind::zap_all;
  c.touch(g);
  c.add(o);
  c.touch(g);
}

}  // namespace

void add_spread(composer& c, unsigned accesses) {
  for (unsigned n = 0; n < accesses; ++n) {
    if (c.chance.one_in(6)) c.on_vcpu(c.chance.below(2));
    // Mostly what the tables are likely to allow: refused accesses build nothing.
    const maker by = c.chance.one_in(4) ? c.by() : maker{0, (c.registers().cr4 & x86::cr4::smap) != 0, false};
    c.add(plain_access(c, c.chance.one_in(6) ? kind::write : kind::read, c.fresh_gva(), by));
  }
}

void add_sweep(composer& c) { c.add(c.sweep()); }

void add_motif(composer& c) {
  using motif = void (*)(composer&);
  constexpr motif usual[] = {rewrite,     rewrite,      rewrite,       resize,     resize,     adopt,          adopt,
                             ask_again,   flip_control, flip_control,  write_unprotected,      switch_root,    switch_format,
                             log_writes,  move_memory,  show_twice,    race,       race,       share,          speculate,
                             flood,       press_pool,   confuse_levels, drop_all,  spread,     spread,         write_unprotected, log_writes,
                             use_in_two_sizes, use_in_two_sizes, repeat_after_change, repeat_after_change};
  if (c.mode() == start::pae && c.chance.one_in(6)) return reload_pointers(c);
  c.chance.pick(usual)(c);
}

}  // namespace umbra::fuzz
