#include "fuzz/guest/system/host/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace umbra::system_guest {

namespace {

constexpr const char* family_names[family_count] = {"control",   "status", "debug",     "tables", "local",
                                                    "segment",   "branch", "interrupt", "flags",  "port",
                                                    "privilege", "access", "string",    "stack",  "undefined"};
constexpr const char* paging_names[] = {"no paging", "32-bit paging", "PAE", "4-level paging"};

std::string end_of(const result& r) {
  return r.error ? fmt::format("vector {} with error code {:#x}", r.vector, r.error)
                 : fmt::format("vector {}", r.vector);
}

std::string end_of(const prediction& p) {
  if (p.how == prediction::end::halted) return "halted";
  if (p.how == prediction::end::stuck) return "no end";
  return fmt::format("{} after {} completed", end_of(p.what), p.steps);
}

std::string changes_of(const specimen& s, const result& r) {
  std::string text;
  for (unsigned slot = 0; slot < SLOT_COUNT; ++slot)
    if (r.after[slot] != s.before[slot]) text += fmt::format(" {}={:#x}", slot_name(slot), r.after[slot]);
  for (const auto& [at, value] : r.memory) text += fmt::format(" [{:#x}]={:#010x}", at, value);
  return text;
}

}  // namespace

std::string describe(const specimen& s) {
  std::string text = fmt::format("{}: {}-bit code, {}, CPL {}; code", family_names[static_cast<unsigned>(s.what)],
                                 s.code_bits, paging_names[static_cast<unsigned>(s.paging)], s.cpl);
  for (unsigned i = 0; i < s.code_length; ++i) text += fmt::format(" {:02x}", s.code[i]);
  text += "\n ";
  for (unsigned slot = 0; slot < SLOT_COUNT; ++slot)
    if (s.before[slot] != 0) text += fmt::format(" {}={:#x}", slot_name(slot), s.before[slot]);
  text += "\n ";
  for (unsigned i = 0; i < s.pokes_used; ++i)
    text += fmt::format(" [{:#x}]:{}={:#x}", s.pokes[i].at, s.pokes[i].bytes, s.pokes[i].value);
  text += "\n  pages";
  for (unsigned i = 1; i < layout::pages; ++i) {
    constexpr const char* names = "pwux";
    text += fmt::format(" {:x}:", i);
    for (unsigned bit = 0; bit < 4; ++bit)
      if (s.rights[i] >> bit & 1) text += names[bit];
  }
  return text + "\n";
}

std::string describe(std::uint32_t number, const mismatch& m) {
  std::string differs = "vector";
  if (m.which == aspect::error_code) differs = "error code";
  if (m.which == aspect::slot) differs = slot_name(m.slot);
  if (m.which == aspect::memory) differs = fmt::format("memory at {:#x}", m.address);
  return fmt::format("specimen {}: {}  expected: {},{}\n  observed: {},{}\n  differs in: {}\n", number,
                     describe(m.tried), end_of(m.expected), changes_of(m.tried, m.expected.what), end_of(m.observed),
                     changes_of(m.tried, m.observed), differs);
}

std::string summary(const tally& sums) {
  const family_tally total = sums.total();
  std::string text = fmt::format("{} distinct shapes of state, code and end\n", sums.shapes.size());
  text += fmt::format("  {:<12} {:>9} {:>9} {:>12} {:>10}\n", "", "specimens", "faults", "unsupported", "elsewhere");
  const auto line = [&text](const char* name, const family_tally& f) {
    text +=
        fmt::format("  {:<12} {:>9} {:>9} {:>12} {:>10}\n", name, f.specimens, f.faults, f.unsupported, f.elsewhere);
  };
  for (unsigned i = 0; i < family_count; ++i) line(family_names[i], sums.families[i]);
  line("all", total);
  return text;
}

nlohmann::json as_json(const tally& sums) {
  nlohmann::json families;
  for (unsigned i = 0; i < family_count; ++i) {
    const family_tally& f = sums.families[i];
    families[family_names[i]] = {
        {"specimens", f.specimens}, {"faults", f.faults}, {"unsupported", f.unsupported}, {"elsewhere", f.elsewhere}};
  }
  return {{"specimens", sums.total().specimens}, {"shapes", sums.shapes.size()}, {"families", families}};
}

}  // namespace umbra::system_guest
