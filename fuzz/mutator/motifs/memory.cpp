// What the VMM does to memory that is mapped.

#include "fuzz/mutator/motifs/motifs.hpp"

#include "core/x86/entry.hpp"
#include "fuzz/scene/layout.hpp"

namespace umbra::fuzz::motifs {

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

void move_memory(composer& c) {
  struct request {
    std::uint8_t index;
    std::uint64_t base;
    std::uint32_t pages;
    std::uint64_t backing;
  };
  constexpr std::uint32_t whole = low_pages;
  constexpr request requests[] = {{1, 0, 0, 0},
                                  {1, high_frame, high_pages, low_pages},
                                  {1, high_frame, high_pages, 0x80},
                                  {1, high_frame, 16, 0},
                                  {2, whole, 32, 0x84},
                                  {2, 0x200, 64, 0},
                                  {2, 0x100, 32, 0xc0},
                                  {2, 0, 0, 0},
                                  {0, 0, 0, 0},
                                  {0, 0, whole, 0},
                                  {0, 0, whole, 1},
                                  {0, 0, 0x80, 0}};
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

}  // namespace umbra::fuzz::motifs
