#include "fuzz/properties/pencil.hpp"

#include "core/x86/control.hpp"
#include "core/x86/entry.hpp"
#include "fuzz/scene/layout.hpp"

namespace umbra::fuzz::properties {
namespace {

using namespace layout;

constexpr std::uint64_t page = 0x1000;

/// Where the identity windows show a guest-physical address.
std::uint64_t window(std::uint64_t gpa) {
  return gpa >> 12 >= high_frame ? ((high_window + (gpa >> 12) - high_frame) << 12 | (gpa & 0xfff)) : gpa;
}

}  // namespace

void pencil::add(const op& o) { out_.ops.push_back(o); }

std::uint64_t pencil::frame() {
  switch (chance.below(8)) {
    case 0: return high_frame + chance.below(high_pages);
    case 1: return chance.one_in(2) ? hole + chance.below(4) : std::uint64_t{1} << (20 + chance.below(32));
    case 2:
    case 3: return first_table + chance.below(last_table - first_table + 1);
    default: return first_data + chance.below(last_data - first_data);
  }
}

std::uint64_t pencil::fresh_gva() {
  const std::uint64_t in_page = chance.one_in(3)   ? chance.below(512) * 8
                                : chance.one_in(5) ? page - 1 - chance.below(8)
                                                   : 0;
  // A frame of memory as the identity window shows it; with paging off, all addresses are such.
  if (mode_ == start::real || mode_ == start::paging_off || chance.one_in(4)) return window(frame() << 12) | in_page;
  constexpr std::uint64_t tables[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64, 128, 191, 256, 511};
  const std::uint64_t table = chance.pick(tables);
  std::uint64_t directory = chance.one_in(6)   ? 14 + chance.below(40)
                            : chance.one_in(8) ? 256 + 255 * chance.below(2)
                                               : chance.below(14);
  std::uint64_t where = std::uint64_t{chance.below(4)} << 30 | directory << 21 | table << 12 | in_page;
  if (mode_ == start::level4) {
    constexpr std::uint64_t tops[] = {0, 0, 1, 256, 511};
    const std::uint64_t top = chance.pick(tops);
    where |= top << 39;
    if (top >= 256) where |= 0xffff'0000'0000'0000;
  }
  return where;
}

std::uint64_t pencil::gva() {
  if (!used_.empty() && !chance.one_in(3)) {
    const std::uint64_t known = chance.pick(used_);
    return chance.one_in(4) ? related(known) : known;
  }
  used_.push_back(fresh_gva());
  return used_.back();
}

std::uint64_t pencil::related(std::uint64_t gva) {
  constexpr unsigned shifts[] = {12, 12, 21, 21, 22, 30, 39};
  return chance.one_in(6) ? (gva | 0xfff) - chance.below(8)
                          : gva ^ std::uint64_t{1 + chance.below(3)} << chance.pick(shifts);
}

void pencil::touch(std::uint64_t gva) {
  constexpr kind kinds[] = {kind::read,  kind::read,  kind::write,    kind::write,
                            kind::write, kind::fetch, kind::speculate};
  constexpr std::uint8_t sizes[] = {8, 8, 8, 4, 2, 1, 7};
  op o;
  o.kind = chance.pick(kinds);
  o.address = gva;
  o.size = chance.pick(sizes);
  o.value = chance.one_in(3) ? new_entry({gva, 8, frame() << 12 | 0x67, 1}) : chance.below(256);
  o.by = {static_cast<std::uint8_t>(chance.one_in(2) ? 3 : 0), chance.one_in(3), chance.one_in(8)};
  o.index = static_cast<std::uint8_t>(chance.below(2));
  if (o.kind == kind::write && chance.one_in(8)) o.bits = write_undecodable;
  add(o);
}

void pencil::invalidate(std::uint64_t gva) {
  op o;
  o.kind = kind::invlpg;
  o.address = chance.one_in(8) ? related(gva) : gva;
  add(o);
}

path::step pencil::entry_of(std::uint64_t gva) {
  const path there = path_of(scene(out_.setup.scene), mode_, roots_[current_], gva);
  if (there.count != 0 && !chance.one_in(8)) return there.steps[chance.below(there.count)];
  const unsigned bytes = mode_ == start::bits32 ? 4 : 8;
  return {(first_table + chance.below(last_table)) << 12 | chance.below(16) * bytes, bytes, frame() << 12 | 0x27, 1};
}

std::uint64_t pencil::new_entry(const path::step& s) {
  using namespace x86::entry;
  constexpr std::uint64_t bit_13 = std::uint64_t{1} << 13, bit_40 = std::uint64_t{1} << 40;
  constexpr std::uint64_t toggles[] = {present, write,    user,  accessed, dirty, large,      global, write, accessed,
                                       dirty,   pwt,      pcd,   no_execute, user, present,   bit_13, bit_40};
  constexpr std::uint64_t rights[] = {0x67, 0x27, 0x7, 0x25, 0x63, 0x65, 0x3, 0xe7, 0xa5, 0x87, 0};
  switch (chance.below(4)) {
    case 0: return (s.entry & ~address_mask) | frame() << 12;
    case 1: return frame() << 12 | chance.pick(rights) | (chance.one_in(6) ? no_execute : 0);
    default: return s.entry ^ chance.pick(toggles) ^ (chance.one_in(3) ? chance.pick(toggles) : 0);
  }
}

void pencil::aim(op& o, std::uint64_t gva) {
  const path::step s = entry_of(gva);
  o.address = s.gpa;
  o.size = static_cast<std::uint8_t>(s.bytes);
  o.value = new_entry(s);
  if (chance.one_in(5)) {
    // A part of it, or across its edge.
    const unsigned skip = chance.below(8);
    o.size = static_cast<std::uint8_t>(1 + chance.below(8));
    o.address += skip;
    o.value = o.value >> skip * 8 | (chance.one_in(2) ? chance.next() << 32 : 0);
  }
}

void pencil::rewrite(std::uint64_t gva) {
  op o;
  aim(o, gva);
  o.kind = chance.one_in(8) ? kind::poke : chance.one_in(8) ? kind::patch : kind::write;
  if (o.kind == kind::write) {
    o.address = mode_ == start::bits32 ? o.address : window(o.address);
    o.by.ac = chance.one_in(2);
    if (chance.one_in(8)) o.bits = write_undecodable;
  }
  add(o);
}

void pencil::arm(std::uint64_t gva) {
  op o;
  aim(o, gva);
  o.kind = kind::race;
  o.who = static_cast<racer>(chance.below(3));
  if (o.who == racer::vcpu) o.address = window(o.address);
  o.count = chance.below(7);
  add(o);
}

void pencil::set_register() {
  using namespace x86;
  op o;
  const bool wide = mode_ == start::level4 || mode_ == start::pae;
  switch (chance.below(4)) {
    case 0: {
      constexpr std::uint64_t flips[] = {0,       cr0::wp,           cr0::wp, cr0::pg, cr0::cd,
                                         cr0::nw, cr0::cd | cr0::nw, cr0::ts, cr0::pe};
      o.kind = kind::cr0;
      const bool on = mode_ != start::real && mode_ != start::paging_off;
      o.value = (cr0::pe | cr0::et | cr0::ne | cr0::wp | (on ? cr0::pg : 0)) ^ chance.pick(flips);
      break;
    }
    case 1: {
      o.kind = kind::cr4;
      constexpr std::uint64_t bits[] = {cr4::pse, cr4::pge, cr4::smep, cr4::smap, cr4::smep, cr4::smap};
      o.value = wide ? cr4::pae : 0;
      for (unsigned n = chance.below(4); n > 0; --n) o.value |= chance.pick(bits);
      if (chance.one_in(8)) o.value ^= cr4::pae;
      break;
    }
    case 2: {
      o.kind = kind::efer;
      o.value = (mode_ == start::level4 ? efer::lme : 0) | (chance.one_in(2) ? efer::nxe : 0) |
                (chance.one_in(4) ? efer::sce : 0);
      if (chance.one_in(8)) o.value ^= efer::lme;
      break;
    }
    default: {
      o.kind = kind::cr3;
      constexpr std::uint64_t level4[] = {pml4_a, pml4_b, pml4_c, pml4_high, hole, pd_a};
      constexpr std::uint64_t bits32[] = {pd32_a, pd32_b, pd32_c, hole, pt32_b};
      o.value = mode_ == start::pae      ? (pae_pdpts << 12) + chance.below(pae_pdpt_count) * 32
                : mode_ == start::bits32 ? chance.pick(bits32) << 12
                                         : chance.pick(level4) << 12;
      if (chance.one_in(8)) o.value |= chance.one_in(2) ? cr3::pcd : std::uint64_t{1} << (32 + chance.below(21));
      roots_[current_] = o.value;
    }
  }
  add(o);
}

void pencil::other_vcpu() {
  current_ ^= 1;
  op o;
  o.kind = kind::vcpu;
  o.index = static_cast<std::uint8_t>(current_);
  add(o);
}

op pencil::slot_op() {
  op o;
  o.kind = kind::slot;
  o.index = static_cast<std::uint8_t>(chance.one_in(12) ? 4 : chance.below(4));
  o.bits = static_cast<std::uint8_t>((chance.one_in(4) ? slot_read_only : 0) | (chance.one_in(3) ? slot_logged : 0));
  if (o.index == 0) {
    constexpr std::uint32_t lengths[] = {low_pages, low_pages, 0xa0, 0x100};
    o.count = chance.pick(lengths);
  } else if (!chance.one_in(4)) {
    constexpr std::uint64_t bases[] = {high_frame, high_frame + 16, hole, 0x100, 0x200, 0xff};
    constexpr std::uint64_t pages[] = {low_pages, 16, 0x90, 1, 208, 8};
    o.address = chance.pick(bases);
    o.value = chance.pick(pages);
    o.count = 1 + chance.below(48);
  }
  return o;
}

op pencil::alias_op() {
  op o;
  o.kind = kind::alias;
  o.index = static_cast<std::uint8_t>(chance.below(4));
  if (chance.one_in(4)) return o;
  constexpr std::uint64_t bases[] = {0xa0, 0x90, hole, 0x100, high_frame, 16};
  o.address = chance.pick(bases);
  o.value = chance.one_in(3) ? high_frame + chance.below(16) : chance.below(low_pages);
  o.count = 1 + chance.below(16);
  return o;
}

void pencil::vmm() {
  op o;
  switch (chance.below(6)) {
    case 0: o = slot_op(); break;
    case 1: o = alias_op(); break;
    case 2: o.kind = kind::zap_all; break;
    case 3: o.kind = kind::reclaim, o.count = 1 + chance.below(100); break;
    case 4: o.kind = kind::read_log, o.index = static_cast<std::uint8_t>(chance.below(3)); break;
    default:
      o.kind = kind::log, o.index = static_cast<std::uint8_t>(chance.below(3)), o.count = !chance.one_in(4);
      break;
  }
  add(o);
}

void pencil::pressure() {
  op o;
  o.kind = kind::exhaust;
  o.address = fresh_gva() & ~std::uint64_t{0x3fff'ffff};
  o.count = 8 + chance.below(64);
  add(o);
}

}  // namespace umbra::fuzz::properties
