// Two that do not wait for each other: vCPUs, the VMM, devices, a processor that caches of its own accord.

#include "fuzz/mutator/motifs/motifs.hpp"

#include "core/x86/entry.hpp"
#include "fuzz/mutator/motifs.hpp"

namespace umbra::fuzz::motifs {

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
    case 0:
      c.write_entry(e, c.rewritten(e));
      break;
    case 1:
      c.invlpg(g);
      break;
    case 2:
      c.set(kind::cr3, c.register_value(kind::cr3));
      break;
    default:
      c.touch(g);
      break;
  }
  c.touch(g);
  if (c.chance.one_in(2)) c.touch(c.near_gva(g));
}

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
  c.write_entry(link,
                (ours.gpa & address_mask) | present | x86::entry::write | user | (c.chance.one_in(2) ? accessed : 0));
  // The entry that overlaps `ours`: one of two where entries have half the size.
  const std::uint64_t offset = ours.gpa & 0xfff;
  const std::uint64_t index = narrow ? offset / 8 : offset / 4 + c.chance.below(2);
  const std::uint64_t indexes = narrow ? 0x1ff : 0x3ff;
  c.touch((h & ~(indexes << 12)) | (index & indexes) << 12);
  c.on_vcpu(me);
  c.touch(g);
}

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

}  // namespace umbra::fuzz::motifs
