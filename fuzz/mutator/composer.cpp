// Ops and addresses. Entries and registers are in entries.cpp.
#include "fuzz/mutator/composer.hpp"

#include <algorithm>

#include "fuzz/ops/program.hpp"
#include "fuzz/ops/raw_v1.hpp"
#include "fuzz/scene/layout.hpp"

namespace umbra::fuzz {
namespace {

bool has_gva(const op& o) {
  switch (o.kind) {
    case kind::read:
    case kind::write:
    case kind::fetch:
    case kind::invlpg:
    case kind::speculate:
    case kind::exhaust:
      return true;
    case kind::race:
      return o.who == racer::vcpu;
    default:
      return false;
  }
}

constexpr std::uint64_t sign_extended(std::uint64_t low48) {
  return low48 >> 47 != 0 ? low48 | 0xffff'0000'0000'0000 : low48;
}

}  // namespace

void composer::follow(const op& o) {
  tracker_.follow(o);
  if (has_gva(o)) used_[used_count_++ % used_.size()] = o.address;
}

void composer::add(op o) {
  if (!allowed_.has(o.kind)) return;
  if (o.kind == kind::write && undecodable_ && chance.one_in(4)) o.bits = write_undecodable;
  o = canonical(o);
  follow(o);
  out_->push_back(o);
}

std::uint64_t composer::fresh_gva() {
  const std::uint64_t bits = chance.next();
  std::uint64_t low48 = static_cast<std::uint64_t>(raw_v1::index3[bits & 3]) << 30 |
                        static_cast<std::uint64_t>(raw_v1::index2[bits >> 4 & 15]) << 21 |
                        static_cast<std::uint64_t>(raw_v1::index1[bits >> 8 & 15]) << 12;
  if (mode() == start::level4) {
    constexpr std::uint64_t often[] = {0, 0, 1, 1, 256, 256, 256, 511};
    low48 |= often[bits >> 32 & 7] << 39;
    // What maps 1 GiB has memory only at its beginning.
    if ((bits & 3) == 3 && (bits >> 35 & 1) != 0) low48 &= ~(std::uint64_t{511} << 21);
  }
  // Directory entries beyond the usual ones lead to tables of their own (the scenes' sweeps).
  if ((bits >> 12 & 7) == 0) low48 ^= static_cast<std::uint64_t>(bits >> 16 & 63) << 21;
  if ((bits >> 15 & 7) == 0) low48 |= raw_v1::offset[bits >> 24 & 7];
  return sign_extended(low48);
}

std::uint64_t composer::used_gva() {
  if (used_count_ == 0) return fresh_gva();
  return used_[chance.below(std::min<unsigned>(used_count_, used_.size()))];
}

std::uint64_t composer::near_gva(std::uint64_t gva) {
  const auto replaced = [gva](unsigned shift, unsigned width, std::uint64_t index) {
    const std::uint64_t mask = ((std::uint64_t{1} << width) - 1) << shift;
    return sign_extended(((gva & ~mask) | index << shift) & 0xffff'ffff'ffff);
  };
  switch (chance.below(6)) {
    case 0:
      return mode() == start::level4 ? replaced(39, 9, chance.pick(raw_v1::index4)) : replaced(30, 9, chance.below(4));
    case 1:
      return replaced(30, 9, chance.pick(raw_v1::index3));
    case 2:
      return replaced(21, 9, chance.pick(raw_v1::index2));
    case 3:
      return replaced(0, 12, chance.pick(raw_v1::offset));
    case 4:
      return gva ^ std::uint64_t{1} << 21;  // the other half of what one 32-bit directory entry maps
    default:
      return replaced(12, 9, chance.pick(raw_v1::index1));
  }
}

std::uint64_t composer::data_gva() { return (layout::first_data + chance.below(48)) << 12 | chance.below(512) * 8; }

std::uint64_t composer::gva() {
  switch (chance.below(16)) {
    case 0:
      return data_gva();
    case 1:
      return sign_extended(chance.next() & 0xffff'ffff'ffff);
    case 2:
    case 3:
      return window(any_entry().gpa);
    case 4:
    case 5:
    case 6:
      return used_gva();
    case 7:
    case 8:
    case 9:
      return near_gva(used_gva());
    default:
      return fresh_gva();
  }
}

maker composer::by() {
  switch (chance.below(16)) {
    case 0:
      return {static_cast<std::uint8_t>(chance.below(4)), chance.one_in(2), chance.one_in(2)};
    case 1:
      return {3, false, true};
    case 2:
    case 3:
      return {0, true, false};
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
      return {3, false, false};
    default:
      return {};
  }
}

op composer::sweep() {
  constexpr std::uint64_t regions[] = {0, 0, 1, 256, 256};
  op o;
  o.kind = kind::exhaust;
  o.count = chance.one_in(24) ? 64 : 26 + chance.below(12);
  o.address = static_cast<std::uint64_t>(chance.below(3)) << 30 | layout::sweep << 21 |
              static_cast<std::uint64_t>(chance.pick(raw_v1::index1)) << 12;
  if (mode() == start::level4) o.address = sign_extended(o.address | chance.pick(regions) << 39);
  return o;
}

std::uint64_t composer::data_value() { return chance.one_in(2) ? chance.below(256) : chance.next(); }

op composer::access(std::uint64_t gva) {
  op o;
  const unsigned what = chance.below(16);
  o.kind = what < 7 ? kind::read : what < 14 ? kind::write : kind::fetch;
  o.address = gva;
  o.by = by();
  if (chance.one_in(8)) o.size = static_cast<std::uint8_t>(1 + chance.below(8));
  if (o.kind == kind::write) o.value = data_value();
  return o;
}

void composer::write(std::uint64_t gpa, unsigned bytes, std::uint64_t value) {
  op o;
  o.kind = kind::write;
  o.address = window(gpa);
  o.size = static_cast<std::uint8_t>(bytes);
  o.value = value;
  o.by.ac = chance.one_in(4);  // with SMAP, a table on a user page needs it
  add(o);
}

void composer::set(kind control_register, std::uint64_t value) {
  op o;
  o.kind = control_register;
  o.value = value;
  add(o);
}

void composer::on_vcpu(unsigned index) {
  if (index == current()) return;
  op o;
  o.kind = kind::vcpu;
  o.index = static_cast<std::uint8_t>(index);
  add(o);
}

void composer::invlpg(std::uint64_t gva) {
  op o;
  o.kind = kind::invlpg;
  o.address = gva;
  add(o);
}

void composer::vmm_op(op& o) {
  constexpr std::uint8_t usual_slots[] = {0, 0, 1, 1, 2, 3, 2, 4};
  o.index = chance.pick(usual_slots);
  switch (o.kind) {
    case kind::slot:
      // Sizes beside a multiple of a log's words, too.
      o.count = chance.pick(raw_v1::slot_pages);
      if (chance.one_in(6)) o.count = 63 + 64 * chance.below(3) + chance.below(3);
      if (chance.one_in(3)) o.count = 0;
      o.address = chance.pick(raw_v1::slot_base);
      o.value = chance.pick(raw_v1::slot_backing);
      o.bits = static_cast<std::uint8_t>(chance.one_in(3) ? chance.below(4) : 0);
      break;
    case kind::alias:
      o.count = chance.one_in(4) ? 0 : chance.pick(raw_v1::slot_pages);
      o.address = chance.pick(raw_v1::slot_base);
      o.value = chance.pick(raw_v1::slot_base);
      break;
    case kind::log:
      o.count = chance.below(4) != 0;
      break;
    default:
      o.count = chance.below(80);
      break;
  }
}

void composer::anything() {
  constexpr kind kinds[] = {kind::read,     kind::write,     kind::fetch,   kind::cr0,    kind::cr3,  kind::cr4,
                            kind::efer,     kind::invlpg,    kind::slot,    kind::alias,  kind::log,  kind::vcpu,
                            kind::read_log, kind::reclaim,   kind::zap_all, kind::race,   kind::poke, kind::patch,
                            kind::vcpu,     kind::speculate, kind::exhaust, kind::invlpg, kind::cr3,  kind::race};
  if (chance.below(5) < 2) return touch(gva());
  if (chance.below(3) == 0) {
    const path::step entry = chance.one_in(3) ? any_entry() : entry_of(used_gva());
    return write_entry(entry, rewritten(entry));
  }
  op o;
  o.kind = chance.pick(kinds);
  o.by = by();
  o.address = gva();
  switch (o.kind) {
    case kind::cr0:
    case kind::cr3:
    case kind::cr4:
    case kind::efer:
      o.value = register_value(o.kind);
      break;
    case kind::slot:
    case kind::alias:
    case kind::log:
    case kind::read_log:
    case kind::reclaim:
      vmm_op(o);
      break;
    case kind::race:
    case kind::poke:
    case kind::patch: {
      const path::step entry = chance.one_in(2) ? any_entry() : entry_of(used_gva());
      o.who = static_cast<racer>(chance.below(3));
      o.count = chance.below(8);
      o.size = static_cast<std::uint8_t>(entry.bytes);
      o.value = rewritten(entry);
      o.address = o.kind == kind::race && o.who == racer::vcpu ? window(entry.gpa) : entry.gpa;
      break;
    }
    case kind::exhaust:
      o = sweep();
      break;
    case kind::vcpu:
    case kind::speculate:
      o.index = static_cast<std::uint8_t>(chance.below(2));
      break;
    default:
      o.value = data_value();
      break;
  }
  add(o);
}

}  // namespace umbra::fuzz
