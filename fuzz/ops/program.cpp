#include "fuzz/ops/program.hpp"

#include <algorithm>
#include <tuple>

namespace umbra::fuzz {
namespace {

std::uint64_t low_bytes(std::uint64_t value, unsigned bytes) {
  return bytes >= 8 ? value : value & ((std::uint64_t{1} << (8 * bytes)) - 1);
}

}  // namespace

op canonical(op in) {
  op out;
  out.kind = static_cast<unsigned>(in.kind) < kind_count ? in.kind : kind::read;
  const auto sized = [&] { out.size = std::clamp<std::uint8_t>(in.size, 1, 8); };
  const auto made = [&] {
    out.by = in.by;
    out.by.cpl &= 3;
  };
  const auto placed = [&] { out.address = in.address; };
  const auto valued = [&] { out.value = low_bytes(in.value, out.size); };

  switch (out.kind) {
    case kind::read:
      placed(), sized(), made();
      break;
    case kind::write:
      placed(), sized(), made(), valued();
      out.bits = in.bits & write_undecodable;
      break;
    case kind::fetch:
      placed(), made();
      break;
    case kind::cr0:
    case kind::cr3:
    case kind::cr4:
    case kind::efer:
      out.value = in.value;
      break;
    case kind::invlpg:
      placed();
      break;
    case kind::slot:
    case kind::alias:
      out.index = in.index;
      out.count = in.count;
      if (in.count != 0) {
        placed();
        out.value = in.value;
        if (out.kind == kind::slot) out.bits = in.bits & (slot_read_only | slot_logged);
      }
      break;
    case kind::log:
      out.index = in.index;
      out.count = in.count != 0;
      break;
    case kind::read_log:
      out.index = in.index;
      break;
    case kind::reclaim:
      out.count = in.count;
      break;
    case kind::zap_all:
      break;
    case kind::vcpu:
      out.index = in.index & 1;
      break;
    case kind::race:
      out.who = static_cast<unsigned>(in.who) <= 2 ? in.who : racer::vcpu;
      out.count = in.count;
      placed(), sized(), valued();
      break;
    case kind::poke:
    case kind::patch:
      placed(), sized(), valued();
      break;
    case kind::speculate:
      out.index = in.index & 1;
      placed();
      break;
    case kind::exhaust:
      out.count = in.count;
      placed();
      break;
    case kind::exit:
      out.count = in.count;
      out.value = in.value;
      out.index = in.index;
      out.told = in.told;
      break;
    case kind::field:
    case kind::set:
      out.count = in.count;
      out.value = in.value;
      break;
    case kind::general:
      out.index = in.index & 15;
      out.value = in.value;
      break;
    case kind::instruct:
      out.index = in.index % instruction_count;
      out.count = in.count;
      out.value = in.value;
      sized(), made();
      break;
    case kind::complete:
      out.value = in.value;
      break;
    case kind::interrupt:
      out.index = in.index;
      break;
    case kind::nmi:
      break;
  }
  return out;
}

setup canonical(setup in) {
  in.cpuid.maxphyaddr = std::clamp(in.cpuid.maxphyaddr, 32u, 52u);
  in.shadow_pages = std::max<std::uint16_t>(in.shadow_pages, 1);
  if (in.scene >= scene_count) in.scene = 1;
  if (static_cast<unsigned>(in.start) > static_cast<unsigned>(start::level4)) in.start = start::level4;
  return in;
}

void canonicalise(program& p) {
  p.setup = canonical(p.setup);
  if (p.ops.size() > op_limit) p.ops.resize(op_limit);
  for (op& o : p.ops) o = canonical(o);
}

bool operator==(const maker& a, const maker& b) { return a.cpl == b.cpl && a.ac == b.ac && a.implicit == b.implicit; }

bool operator==(const told& a, const told& b) {
  return std::tie(a.event, a.error_code, a.vectoring_event, a.vectoring_error_code, a.information) ==
         std::tie(b.event, b.error_code, b.vectoring_event, b.vectoring_error_code, b.information);
}

bool operator==(const op& a, const op& b) {
  return std::tie(a.kind, a.size, a.index, a.bits, a.who, a.by, a.count, a.address, a.value, a.told) ==
         std::tie(b.kind, b.size, b.index, b.bits, b.who, b.by, b.count, b.address, b.value, b.told);
}

bool operator==(const setup& a, const setup& b) {
  const auto all = [](const setup& s) {
    return std::tie(s.cpuid.maxphyaddr, s.cpuid.nx, s.cpuid.long_mode, s.cpuid.gbpages, s.cpuid.smep, s.cpuid.smap,
                    s.shadow_pages, s.scene, s.start, s.wp, s.nxe, s.smep, s.smap, s.pse, s.pge);
  };
  return all(a) == all(b);
}

bool operator==(const program& a, const program& b) { return a.setup == b.setup && a.ops == b.ops; }

}  // namespace umbra::fuzz
