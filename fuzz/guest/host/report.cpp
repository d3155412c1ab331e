#include "fuzz/guest/host/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/x86/page_fault.hpp"

namespace umbra::opguest {
namespace {

constexpr const char* format_names[] = {"paging off", "32-bit", "PAE", "4-level"};
constexpr const char* kind_names[] = {"read", "write", "fetch", "implicit read"};

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::string control_names(const reference::registers& r) {
  std::string names;
  const auto add = [&names](bool set, const char* name) {
    if (set) names += names.empty() ? name : std::string{" "} + name;
  };
  add(reference::write_protect(r), "WP");
  add(has(r.cr4, x86::cr4::pse), "PSE");
  add(reference::global_pages(r), "PGE");
  add(reference::smep(r), "SMEP");
  add(reference::smap(r), "SMAP");
  add(reference::no_execute_enabled(r), "NXE");
  return names;
}

std::string error_names(std::uint64_t error) {
  std::string names;
  constexpr const char* bits[] = {"P", "W", "U", "RSVD", "I"};
  for (unsigned i = 0; i < 5; ++i)
    if (error >> i & 1) names += names.empty() ? bits[i] : std::string{" "} + bits[i];
  return fmt::format("#PF {:#x} ({})", error, names);
}

std::string observed_outcome(const mismatch& m) {
  const result& o = m.observed;
  if (!o.exception) return fmt::format("reached frame {:#x}{}", o.tag, o.lost_write ? ", the write got lost" : "");
  if (o.vector != 14) return fmt::format("exception {} with error code {:#x}", o.vector, o.error);
  return error_names(o.error) + (o.other_address ? fmt::format(", CR2 {:#x}", o.address) : "");
}

}  // namespace

std::string describe(std::uint32_t number, unsigned index, const mismatch& m, const table_memory& memory) {
  const probe& p = m.tried;
  std::string text = fmt::format("scene {} access {}: {} at CPL {}{} of {:#x}\n", number, index,
                                 kind_names[static_cast<unsigned>(p.what)], p.cpl, p.ac ? ", AC=1," : "", p.gva);
  text += fmt::format("  {}, MAXPHYADDR {}, CR3 {:#x}, {}\n", format_names[static_cast<unsigned>(m.setting.mode)],
                      m.machine.maxphyaddr, m.setting.cr3, control_names(m.registers));
  for (unsigned step = 0; step < m.expected.steps; ++step) {
    const reference::used_entry& used = m.expected.used[step];
    const int site = memory.site_at(used.gpa);
    std::uint64_t flipped = 0;
    for (const result::change& c : m.observed.changes)
      if (c.site == site) flipped = c.flipped;
    text += fmt::format("  entry at {:#x} is {:#018x}; bits set: {:#x} expected, {:#x} seen\n", used.gpa, used.entry,
                        used.set, flipped);
  }
  for (const result::change& c : m.observed.changes)
    if (c.site < m.setting.sites_used)
      text += fmt::format("  changed: entry at {:#x}, bits {:#x}\n", m.setting.sites[c.site].gpa, c.flipped);
  text += fmt::format(
      "  expected: {}\n  observed: {}\n  differs in: {}\n",
      m.expected.faults ? error_names(m.expected.error_code) : fmt::format("frame {:#x}", m.expected.address >> 12),
      observed_outcome(m), name_of(m.which));
  return text;
}

std::string summary(const tally& sums) {
  std::string text = fmt::format("  {:<14} {:>9}  ({} distinct shapes of path and access)\n", "scenes", sums.scenes,
                                 sums.shapes.size());
  for (unsigned i = 0; i < sums.by_format.size(); ++i)
    text += fmt::format("  {:<14} {:>9}\n", format_names[i], sums.by_format[i]);
  for (unsigned i = 0; i < sums.by_kind.size(); ++i)
    text += fmt::format("  {:<14} {:>9}\n", kind_names[i], sums.by_kind[i]);
  for (unsigned i = 0; i < sums.by_cpl.size(); ++i)
    text += fmt::format("  {:<14} {:>9}\n", fmt::format("CPL {}", i), sums.by_cpl[i]);
  text +=
      fmt::format("  {:<14} {:>9}  {:.1f} %\n", "page faults", sums.faults, percent(sums.faults, sums.translations));
  text += fmt::format("  {:<14} {:>9}\n", "reserved bits", sums.reserved_faults);
  text += fmt::format("  {:<14} {:>9}\n", "A/D updates", sums.entry_changes);
  text += fmt::format("  {:<14} {:>9}  (no frame tag to compare)\n", "beyond memory", sums.untagged);
  return text;
}

nlohmann::json as_json(const tally& sums) {
  nlohmann::json formats, kinds;
  for (unsigned i = 0; i < sums.by_format.size(); ++i) formats[format_names[i]] = sums.by_format[i];
  for (unsigned i = 0; i < sums.by_kind.size(); ++i) kinds[kind_names[i]] = sums.by_kind[i];
  return {{"translations", sums.translations},
          {"scenes", sums.scenes},
          {"shapes", sums.shapes.size()},
          {"formats", formats},
          {"kinds", kinds},
          {"cpls", sums.by_cpl},
          {"page_faults", sums.faults},
          {"reserved_faults", sums.reserved_faults},
          {"entry_changes", sums.entry_changes}};
}

}  // namespace umbra::opguest
