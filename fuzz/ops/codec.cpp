#include "fuzz/ops/codec.hpp"

#include <algorithm>

#include "fuzz/ops/operands.hpp"
#include "fuzz/ops/raw_v1.hpp"
#include "fuzz/ops/raw_v3.hpp"

namespace umbra::fuzz {
namespace {

using raw_v1::reader;
using raw_v1::writer;

/// What was stored as version 1 keeps its meaning; a program that needs no more is written so still.
constexpr std::uint8_t first_version = 1, second_version = 2, version = 3;
constexpr start starts[8] = {start::level4,     start::level4, start::pae,    start::bits32,
                             start::paging_off, start::real,   start::level4, start::pae};
constexpr std::uint8_t scenes[16] = {1, 0, 2, 3, 1, 1, 1, 1, 1, 1, 3, 3, 3, 2, 1, 2};
constexpr std::uint8_t listed = 0x80;  // a byte with this bit spells out what it otherwise leaves at its default
constexpr std::uint8_t plain_pool = 0xf0;
constexpr unsigned usual_maxphyaddr = 36;
constexpr unsigned race_reads = 16, exhaust_steps = 96, reclaim_pages = 128, reasons = 80;

/// What random bytes get most is what finds most, so defaults are zero bits: WP, NXE and PSE are stored inverted.
setup read_setup(reader& in) {
  setup s;
  const std::uint8_t mode = in.byte();
  s.start = starts[mode & 7];
  s.wp = (mode & 0x08) == 0;
  s.nxe = (mode & 0x10) == 0;
  s.smep = (mode & 0x20) != 0;
  s.smap = (mode & 0x40) != 0;
  s.pse = (mode & 0x80) == 0;

  const std::uint8_t features = in.byte();
  s.pge = (features & 0x01) != 0;
  if ((features & listed) != 0) {
    s.cpuid.nx = (features & 0x02) == 0;
    s.cpuid.long_mode = (features & 0x04) == 0;
    s.cpuid.gbpages = (features & 0x08) == 0;
    s.cpuid.smep = (features & 0x10) == 0;
    s.cpuid.smap = (features & 0x20) == 0;
  }
  const std::uint8_t width = in.byte();
  s.cpuid.maxphyaddr = (width & listed) == 0 ? usual_maxphyaddr : 32 + (width & 0x7f) % 21;

  const std::uint8_t pool = in.byte();
  s.shadow_pages = pool < plain_pool ? raw_v1::pool_sizes[pool & 15] : static_cast<std::uint16_t>(in.plain(2));
  s.scene = scenes[in.byte() & 15];
  return canonical(s);
}

void write_setup(writer& out, const setup& s) {
  unsigned mode = 0;
  while (starts[mode] != s.start) ++mode;
  out.byte(mode | (s.wp ? 0 : 0x08u) | (s.nxe ? 0 : 0x10u) | (s.smep ? 0x20u : 0) | (s.smap ? 0x40u : 0) |
           (s.pse ? 0 : 0x80u));
  const x86::features& f = s.cpuid;
  const unsigned missing = (f.nx ? 0 : 0x02u) | (f.long_mode ? 0 : 0x04u) | (f.gbpages ? 0 : 0x08u) |
                           (f.smep ? 0 : 0x10u) | (f.smap ? 0 : 0x20u);
  out.byte((s.pge ? 1u : 0u) | (missing != 0 ? missing | listed : 0u));
  out.byte(f.maxphyaddr == usual_maxphyaddr ? 0 : listed + (f.maxphyaddr - 32));
  unsigned pool = 0;
  while (pool < raw_v1::pool_sizes.size() && raw_v1::pool_sizes[pool] != s.shadow_pages) ++pool;
  if (pool < raw_v1::pool_sizes.size()) {
    out.byte(pool);
  } else {
    out.byte(plain_pool), out.plain(s.shadow_pages, 2);
  }
  unsigned scene = 0;
  while (scenes[scene] != s.scene) ++scene;
  out.byte(scene);
}

/// One byte for which slot or alias, and its bits; the last forms say that the index follows.
void read_index(reader& in, op& o) {
  const std::uint8_t code = in.byte();
  o.bits = (code >> 2) & 3;
  o.index = code < 0xe0 ? code & 3 : in.byte();
}

void write_index(writer& out, const op& o) {
  const unsigned bits = static_cast<unsigned>(o.bits) << 2;
  if (o.index < 4) return out.byte(bits | o.index);
  out.byte(0xe0 | bits), out.byte(o.index);
}

/// Which of what an exit tells is not zero, a bit each; then those.
void read_told(reader& in, told& t) {
  const std::uint8_t some = in.byte();
  if (some & 1) t.event = static_cast<std::uint32_t>(in.choice(raw_v3::events));
  if (some & 2) t.error_code = static_cast<std::uint32_t>(in.number());
  if (some & 4) t.vectoring_event = static_cast<std::uint32_t>(in.choice(raw_v3::events));
  if (some & 8) t.vectoring_error_code = static_cast<std::uint32_t>(in.number());
  if (some & 16) t.information = static_cast<std::uint32_t>(in.plain(4));
}

void write_told(writer& out, const told& t) {
  out.byte((t.event != 0 ? 1u : 0u) | (t.error_code != 0 ? 2u : 0u) | (t.vectoring_event != 0 ? 4u : 0u) |
           (t.vectoring_error_code != 0 ? 8u : 0u) | (t.information != 0 ? 16u : 0u));
  if (t.event != 0) out.choice(raw_v3::events, t.event);
  if (t.error_code != 0) out.number(t.error_code);
  if (t.vectoring_event != 0) out.choice(raw_v3::events, t.vectoring_event);
  if (t.vectoring_error_code != 0) out.number(t.vectoring_error_code);
  if (t.information != 0) out.plain(t.information, 4);
}

op read_op(reader& in) {
  op o;
  o.kind = in.version() < 3 ? raw_v1::opcodes[in.byte()] : raw_v3::opcodes[in.byte()];
  switch (o.kind) {
    case kind::read:
    case kind::fetch:
      in.manner(o), o.address = in.gva();
      break;
    case kind::write:
      in.manner(o), o.address = in.gva(), o.value = in.value();
      break;
    case kind::cr0:
      o.value = in.flipped_choice(raw_v1::cr0);
      break;
    case kind::cr3:
      o.value = in.flipped_choice(raw_v1::cr3);
      break;
    case kind::cr4:
      o.value = in.combination(raw_v1::cr4_bits);
      break;
    case kind::efer:
      o.value = in.combination(raw_v1::efer_bits);
      break;
    case kind::invlpg:
      o.address = in.gva();
      break;
    case kind::slot:
      read_index(in, o), o.count = static_cast<std::uint32_t>(in.choice(raw_v1::slot_pages));
      o.address = in.choice(raw_v1::slot_base), o.value = in.choice(raw_v1::slot_backing);
      break;
    case kind::alias:
      read_index(in, o), o.count = static_cast<std::uint32_t>(in.choice(raw_v1::slot_pages));
      o.address = in.choice(raw_v1::slot_base), o.value = in.choice(raw_v1::slot_base);
      break;
    case kind::log:
      read_index(in, o), o.count = (o.bits & 1) == 0;
      break;
    case kind::read_log:
      read_index(in, o);
      break;
    case kind::reclaim:
      o.count = static_cast<std::uint32_t>(in.number(reclaim_pages));
      break;
    case kind::zap_all:
      break;
    case kind::vcpu:
      o.index = in.byte() & 1;
      break;
    case kind::race: {
      in.manner(o);
      o.who = static_cast<racer>(o.by.cpl);
      o.count = static_cast<std::uint32_t>(in.number(race_reads));
      o.address = canonical(o).who == racer::vcpu ? in.gva() : in.gpa();
      o.value = in.value();
      break;
    }
    case kind::poke:
    case kind::patch:
      in.manner(o), o.address = in.gpa(), o.value = in.value();
      break;
    case kind::speculate:
      o.index = in.byte() & 1, o.address = in.gva();
      break;
    case kind::exhaust:
      o.count = static_cast<std::uint32_t>(in.number(exhaust_steps)), o.address = in.gva();
      break;
    case kind::exit:
      o.count = static_cast<std::uint32_t>(in.number(reasons)), o.value = in.value(), o.index = in.byte();
      read_told(in, o.told);
      break;
    case kind::field:
    case kind::set:
      o.count = static_cast<std::uint32_t>(in.listed(raw_v3::fields)), o.value = in.value();
      break;
    case kind::general:
      o.index = in.byte(), o.value = in.value();
      break;
    case kind::instruct:
      o.index = in.byte(), in.manner(o), o.count = static_cast<std::uint32_t>(in.listed(raw_v3::numbers)),
      o.value = in.value();
      break;
    case kind::complete:
      o.value = in.value();
      break;
    case kind::interrupt:
      o.index = in.byte();
      break;
    case kind::nmi:
      break;
  }
  return canonical(o);
}

std::uint8_t version_of(const op& o) {
  if (static_cast<unsigned>(o.kind) >= raw_v1::kinds) return version;
  return o.kind == kind::write && o.bits != 0 ? second_version : first_version;
}

std::uint8_t version_of(const program& p) {
  std::uint8_t needed = first_version;
  for (const op& o : p.ops) needed = std::max(needed, version_of(o));
  return needed;
}

void write_op(writer& out, const op& o) {
  out.byte(static_cast<unsigned>(o.kind));
  switch (o.kind) {
    case kind::read:
    case kind::fetch:
      out.manner(o), out.gva(o.address);
      break;
    case kind::write:
      out.manner(o), out.gva(o.address), out.value(o.value);
      break;
    case kind::cr0:
      out.flipped_choice(raw_v1::cr0, o.value);
      break;
    case kind::cr3:
      out.flipped_choice(raw_v1::cr3, o.value);
      break;
    case kind::cr4:
      out.combination(raw_v1::cr4_bits, o.value);
      break;
    case kind::efer:
      out.combination(raw_v1::efer_bits, o.value);
      break;
    case kind::invlpg:
      out.gva(o.address);
      break;
    case kind::slot:
      write_index(out, o), out.choice(raw_v1::slot_pages, o.count);
      out.choice(raw_v1::slot_base, o.address), out.choice(raw_v1::slot_backing, o.value);
      break;
    case kind::alias:
      write_index(out, o), out.choice(raw_v1::slot_pages, o.count);
      out.choice(raw_v1::slot_base, o.address), out.choice(raw_v1::slot_base, o.value);
      break;
    case kind::log: {
      op with_switch = o;
      with_switch.bits = o.count == 0;
      write_index(out, with_switch);
      break;
    }
    case kind::read_log:
      write_index(out, o);
      break;
    case kind::reclaim:
      out.number(o.count, reclaim_pages);
      break;
    case kind::zap_all:
      break;
    case kind::vcpu:
      out.byte(o.index);
      break;
    case kind::race: {
      op with_racer = o;
      with_racer.by = {static_cast<std::uint8_t>(o.who), false, false};
      out.manner(with_racer), out.number(o.count, race_reads);
      if (o.who == racer::vcpu) {
        out.gva(o.address);
      } else {
        out.gpa(o.address);
      }
      out.value(o.value);
      break;
    }
    case kind::poke:
    case kind::patch:
      out.manner(o), out.gpa(o.address), out.value(o.value);
      break;
    case kind::speculate:
      out.byte(o.index), out.gva(o.address);
      break;
    case kind::exhaust:
      out.number(o.count, exhaust_steps), out.gva(o.address);
      break;
    case kind::exit:
      out.number(o.count, reasons), out.value(o.value), out.byte(o.index);
      write_told(out, o.told);
      break;
    case kind::field:
    case kind::set:
      out.listed(raw_v3::fields, o.count), out.value(o.value);
      break;
    case kind::general:
      out.byte(o.index), out.value(o.value);
      break;
    case kind::instruct:
      out.byte(o.index), out.manner(o), out.listed(raw_v3::numbers, o.count), out.value(o.value);
      break;
    case kind::complete:
      out.value(o.value);
      break;
    case kind::interrupt:
      out.byte(o.index);
      break;
    case kind::nmi:
      break;
  }
}

}  // namespace

void decode(std::span<const std::uint8_t> bytes, program& out) {
  reader in(bytes);
  out.ops.clear();
  in.read_version();  // every one but those to come means version 1
  out.setup = read_setup(in);
  while (in.more() && out.ops.size() < op_limit) out.ops.push_back(read_op(in));
}

program decode(std::span<const std::uint8_t> bytes) {
  program p;
  decode(bytes, p);
  return p;
}

void encode(const program& p, std::vector<std::uint8_t>& bytes) {
  bytes.clear();
  writer out(bytes);
  out.byte(version_of(p));
  write_setup(out, p.setup);
  for (const op& o : p.ops) write_op(out, o);
}

std::vector<std::uint8_t> encode(const program& p) {
  std::vector<std::uint8_t> bytes;
  encode(p, bytes);
  return bytes;
}

}  // namespace umbra::fuzz
