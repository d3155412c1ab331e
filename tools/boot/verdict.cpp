#include "tools/boot/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <regex>
#include <sstream>

#include "tools/boot/table.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace {

/// Each module that is not Debian's own is announced so.
bool is_announcement(const std::string& line) {
  return line.starts_with("umbra: loading out-of-tree module taints kernel") ||
         line.starts_with("umbra: module verification failed: signature and/or required key missing");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The first difference between what a step printed and what it should have; "" if there is none.
std::string difference(const std::vector<std::string>& is, const std::vector<std::string>& should) {
  for (std::size_t n = 0; n < std::max(is.size(), should.size()); ++n) {
    if (n >= should.size()) return fmt::format("it goes on with '{}'", is[n]);
    if (n >= is.size()) return fmt::format("'{}' is missing", should[n]);
    if (is[n] != should[n]) return fmt::format("it says '{}' instead of '{}'", is[n], should[n]);
  }
  return "";
}

std::string last_words(const boot_section& s) {
  const auto said = std::find_if(s.lines.rbegin(), s.lines.rend(), [](const std::string& l) { return !l.empty(); });
  return said == s.lines.rend() ? "it said nothing" : fmt::format("it said '{}'", *said);
}

/// What is wrong with one section; "" if nothing is.
std::string fault_of(const journal& j, const std::string& name, const std::filesystem::path& expected = {}) {
  const boot_section* s = j.find(name);
  if (s == nullptr) return fmt::format("{} was not reached.", name);
  if (!s->status) return fmt::format("{} did not end; {}.", name, last_words(*s));
  if (*s->status != 0) return fmt::format("{} ended with status {}; {}.", name, *s->status, last_words(*s));
  if (expected.empty()) return "";
  std::vector<std::string> said = s->lines;
  figures_of(said);
  const std::string wrong = difference(said, lines_of(read_file(expected)));
  return wrong.empty() ? "" : fmt::format("{}: {}.", name, wrong);
}

/// An emulated write takes no table from the guest; where nothing is emulated, tables are given up or the load was in
/// vain.
std::string unprotected_fault(const journal& j, const boot_load& load) {
  const auto all = measurements_of(j, {load});
  std::uint64_t given_up = 0;
  for (const auto& [name, found] : all) {
    if (const auto at = found.find("vm unprotected"); at != found.end()) given_up += at->second;
  }
  if (all.empty() || load.emulate == (given_up == 0)) return "";
  if (!load.emulate) return fmt::format("{}: no table was given up, so writes by hardware went untested.", load.name);
  return fmt::format("{}: {} times a table was given up instead of emulating the write.", load.name, given_up);
}

/// Every page that was pinned was let go again.
std::string pins_fault(const journal& j) {
  const boot_section* s = j.find("pins");
  if (s == nullptr) return "The count of pinned pages was not reached.";
  std::uint64_t acquired = 0, released = 0;
  for (const std::string& line : s->lines) {
    std::istringstream in(line);
    std::string name;
    std::uint64_t value = 0;
    in >> name >> value;
    if (name == "nr_foll_pin_acquired") acquired = value;
    if (name == "nr_foll_pin_released") released = value;
  }
  if (acquired == 0) return "No page was pinned, so the account of pins proves nothing.";
  if (acquired != released) return fmt::format("{} pages were pinned and {} let go.", acquired, released);
  return "";
}

}  // namespace

figures figures_of(std::vector<std::string>& lines) {
  figures all;
  const auto is_figure = [](const std::string& line) { return line.starts_with("# "); };
  for (const std::string& line : lines) {
    if (!is_figure(line)) continue;
    const std::size_t space = line.rfind(' ');
    std::uint64_t value = 0;
    std::from_chars(line.data() + space + 1, line.data() + line.size(), value);
    all[line.substr(2, space - 2)] = value;
  }
  std::erase_if(lines, is_figure);
  return all;
}

std::vector<std::string> complaints_of(const std::vector<std::string>& log) {
  static const std::regex trouble(
      "WARNING|BUG|Oops|Call Trace|general protection|double fault|stalls? (on|detected)|lockup|unchecked MSR|bad page|"
      "Kernel panic|nobody cared|RIP: |scheduling while atomic|sleeping function|^umbra: ",
      std::regex::optimize);
  std::vector<std::string> found;
  for (const std::string& line : log) {
    if (std::regex_search(line, trouble) && !is_announcement(line)) found.push_back(line);
  }
  return found;
}

std::vector<std::string> faults_of(const journal& j, const std::vector<boot_load>& plan) {
  std::vector<std::string> faults;
  const auto note = [&](const std::string& fault) {
    if (!fault.empty()) faults.push_back(fault);
  };
  if (!j.up()) return {"The kernel did not come up."};
  for (const boot_load& load : plan) {
    note(fault_of(j, load.name + "/load"));
    for (const boot_step& s : load.steps) note(fault_of(j, load.name + "/" + s.name, s.expected));
    note(fault_of(j, load.name + "/unload"));
    note(unprotected_fault(j, load));
  }
  note(pins_fault(j));
  for (const log_part& part : j.kernel_log()) {
    for (const std::string& line : complaints_of(part.lines))
      note(fmt::format("The kernel's log, {}: {}", part.name, line));
  }
  if (!j.over()) note("The machine did not come to its end.");
  return faults;
}

namespace {

catch_report caught_in(const journal& j, const boot_load& load) {
  static const std::regex violation("^umbra: (I[0-9]+[ab]?) .*");
  catch_report report{load.name, "", ""};
  for (const log_part& part : j.kernel_log()) {
    if (!part.name.starts_with(load.name + "/")) continue;
    for (const std::string& line : complaints_of(part.lines)) {
      std::smatch found;
      if (std::regex_match(line, found, violation)) return {load.name, found[1], line};
      if (line.find(": assertion does not hold: ") != std::string::npos) return {load.name, "assertion", line};
      if (report.words.empty()) report.words = line;
    }
  }
  for (const boot_step& s : load.steps) {
    if (report.words.empty()) report.words = fault_of(j, load.name + "/" + s.name, s.expected);
  }
  if (report.words.empty()) report.load.clear();
  return report;
}

}  // namespace

catch_report caught(const journal& j, const std::vector<boot_load>& loads) {
  catch_report first;
  for (const boot_load& load : loads) {
    const catch_report c = caught_in(j, load);
    if (!c.invariant.empty()) return c;
    if (first.words.empty()) first = c;
  }
  return first;
}

}  // namespace umbra::tools
