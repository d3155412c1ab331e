#include "tools/triage/probe/stack.hpp"

#include <execinfo.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace {

/// Where this program was loaded.
std::uintptr_t base() {
  std::uintptr_t first = 0;
  ::dl_iterate_phdr(
      [](dl_phdr_info* program, std::size_t, void* to) {
        *static_cast<std::uintptr_t*>(to) = program->dlpi_addr;
        return 1;
      },
      &first);
  return first;
}

void erase_all(std::string& text, std::string_view part) {
  for (std::size_t at; (at = text.find(part)) != std::string::npos;) text.erase(at, part.size());
}

std::string plain_name(std::string function) {
  erase_all(function, "(anonymous namespace)::");
  erase_all(function, "umbra::");
  const std::size_t arguments = function.find('(', function.starts_with("operator()") ? 10 : 0);
  function.erase(std::min(arguments, function.size()));
  // The result's type of a template's instance.
  const std::size_t space = function.rfind(' ', function.find('<'));
  if (space != std::string::npos && function.find("operator") == std::string::npos) function.erase(0, space + 1);
  return function;
}

/// A path from the top of whichever tree it was compiled in.
std::string from_the_top(const std::string& path) {
  std::size_t best = std::string::npos;
  for (const char* room : {"/core/", "/models/", "/fuzz/", "/tools/"}) {
    const std::size_t at = path.find(room);
    // A room may have a folder of another's name, but the tree may lie below anything: the last room that is the top
    // one.
    if (at == std::string::npos) continue;
    const std::size_t last = path.rfind(room);
    if (best == std::string::npos || last < best) best = last;
  }
  return best == std::string::npos ? path : path.substr(best + 1);
}

frame made(std::string function, const std::string& file, unsigned line) {
  return {plain_name(std::move(function)), from_the_top(file), line};
}

}  // namespace

void take_stack(call_stack& s) {
  void* addresses[call_stack::limit];
  s.count = static_cast<unsigned>(::backtrace(addresses, call_stack::limit));
  for (unsigned n = 0; n < s.count; ++n) s.at[n] = reinterpret_cast<std::uintptr_t>(addresses[n]);
}

std::vector<frame> symbolise(const call_stack& s, const std::string& work) {
  std::vector<frame> all;
  if (s.count == 0) return all;
  const std::string out = work + "/symbols.json";
  command c{.words = {"llvm-symbolizer-19", "--output-style=JSON",
                      "--obj=" + std::filesystem::read_symlink("/proc/self/exe").string()},
            .output = out};
  // A return address is behind the call, which may be the last thing that a line does.
  for (unsigned n = 0; n < s.count; ++n) c.words.push_back(fmt::format("{:#x}", s.at[n] - base() - 1));
  if (run(c) != 0) return all;
  const auto answer = nlohmann::json::parse(read_file(out), nullptr, false);
  if (!answer.is_array()) return all;
  for (const auto& address : answer) {
    for (const auto& f : address.value("Symbol", nlohmann::json::array())) {
      all.push_back(made(f.value("FunctionName", ""), f.value("FileName", ""), f.value("Line", 0u)));
    }
  }
  return all;
}

// "    #3 0x55d0c0ffee in umbra::mmu::mmu::zap(unsigned int) /tree/core/mmu/zap.cpp:31:7"
std::vector<frame> stack_in_report(std::string_view report) {
  std::vector<frame> all;
  for (std::size_t at = 0; at < report.size();) {
    const std::size_t end = std::min(report.find('\n', at), report.size());
    const std::string_view line = report.substr(at, end - at);
    at = end + 1;
    const std::size_t number = line.find_first_not_of(' ');
    if (number == std::string_view::npos || line[number] != '#') {
      if (!all.empty()) break;
      continue;
    }
    const std::size_t name = line.find(" in "), place = line.rfind(' ');
    if (name == std::string_view::npos || place <= name + 4) continue;
    const std::string_view where = line.substr(place + 1);
    const std::size_t colon = where.find(':');
    unsigned row = 0;
    if (colon != std::string_view::npos) std::from_chars(where.data() + colon + 1, where.data() + where.size(), row);
    all.push_back(made(std::string(line.substr(name + 4, place - name - 4)), std::string(where.substr(0, colon)), row));
  }
  return all;
}

std::vector<frame> core_frames(const std::vector<frame>& all) {
  std::vector<frame> core;
  std::copy_if(all.begin(), all.end(), std::back_inserter(core), [](const frame& f) { return f.in_core(); });
  return core;
}

}  // namespace umbra::tools
