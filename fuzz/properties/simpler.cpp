#include "fuzz/properties/simpler.hpp"

#include <utility>
#include <vector>

namespace umbra::fuzz::properties {
namespace {

/// Numbers with fewer bits set.
std::vector<std::uint64_t> fewer_bits(std::uint64_t value) {
  std::vector<std::uint64_t> all;
  const auto keep = [&](std::uint64_t mask) {
    const std::uint64_t v = value & mask;
    if (v != value && (all.empty() || all.back() != v)) all.push_back(v);
  };
  keep(0);
  keep(0xffff'ffff);
  keep(~std::uint64_t{0xfff});
  for (unsigned bit = 64; bit-- > 0;) keep(~(std::uint64_t{1} << bit));
  return all;
}

/// Bytes between the reads of an `exhaust`.
constexpr std::uint64_t tables_apart = std::uint64_t{1} << 21;

std::vector<op> simpler_ops(const op& o) {
  std::vector<op> all;
  const auto offer = [&](auto change) {
    op candidate = o;
    change(candidate);
    candidate = canonical(candidate);
    if (!(candidate == o)) all.push_back(candidate);
  };
  switch (o.kind) {
    case kind::exhaust:
      // Its last read alone, or its first.
      if (o.count > 1)
        offer(
            [](op& c) { c.kind = kind::read, c.size = 8, c.by.ac = true, c.address += (c.count - 1) * tables_apart; });
      [[fallthrough]];
    case kind::write:
    case kind::fetch:
      offer([](op& c) { c.kind = kind::read, c.size = 8, c.value = 0; });
      break;
    case kind::poke:
      offer([](op& c) { c.kind = kind::patch; });
      break;
    default:
      break;
  }
  if (o.size != 8) offer([](op& c) { c.size = 8; });
  offer([](op& c) { c.by = {}; });
  offer([](op& c) { c.by.cpl = 0; });
  offer([](op& c) { c.by.ac = false; });
  offer([](op& c) { c.by.implicit = false; });
  offer([](op& c) { c.bits = 0; });
  offer([](op& c) { c.bits &= static_cast<std::uint8_t>(c.bits - 1); });
  offer([](op& c) { c.told = {}; });
  offer([](op& c) { c.told.vectoring_event = c.told.vectoring_error_code = 0; });
  if (o.index != 0) offer([](op& c) { c.index = 0; });
  for (const std::uint32_t count : {0u, o.count / 2, o.count - 1}) {
    if (count < o.count) offer([count](op& c) { c.count = count; });
  }
  for (const std::uint64_t v : fewer_bits(o.address)) offer([v](op& c) { c.address = v; });
  for (const std::uint64_t v : fewer_bits(o.value)) offer([v](op& c) { c.value = v; });
  return all;
}

constexpr setup plain{};

std::vector<program> simpler_setups(const program& p) {
  std::vector<program> all;
  const auto offer = [&](auto change) {
    program candidate = p;
    change(candidate.setup);
    if (!(candidate == p)) all.push_back(std::move(candidate));
  };
  offer([](setup& s) {
    const start mode = s.start;
    const std::uint8_t scene = s.scene;
    s = plain;
    s.start = mode;
    s.scene = scene;
  });
  offer([](setup& s) { s.cpuid = plain.cpuid; });
  offer([](setup& s) { s.shadow_pages = plain.shadow_pages; });
  if (p.setup.scene > 1) offer([](setup& s) { s.scene = 1; });
  for (bool setup::*flag : {&setup::wp, &setup::nxe, &setup::smep, &setup::smap, &setup::pse, &setup::pge}) {
    offer([flag](setup& s) { s.*flag = plain.*flag; });
  }
  return all;
}

}  // namespace

rc::Seq<program> simpler(const program& p) {
  const auto with_ops = [setup = p.setup](std::vector<op> ops) { return program{setup, std::move(ops)}; };
  const auto shrink_op = [](const op& o) { return rc::seq::fromContainer(simpler_ops(o)); };
  return rc::seq::concat(rc::seq::map(rc::shrink::removeChunks(p.ops), with_ops),
                         rc::seq::fromContainer(simpler_setups(p)),
                         rc::seq::map(rc::shrink::eachElement(p.ops, shrink_op), with_ops));
}

}  // namespace umbra::fuzz::properties
