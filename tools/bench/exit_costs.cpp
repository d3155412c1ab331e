#include "tools/bench/exit_costs.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/bench/callgrind.hpp"
#include "tools/cli/tree.hpp"

namespace umbra::tools {

namespace {

struct named_kind {
  const char* name;
  const char* meaning;
};
constexpr named_kind kinds[] = {{"external-interrupt", "an interrupt of the host's"},
                                {"interrupt-window", "an interrupt window, and the interrupt"},
                                {"cpuid", "CPUID"},
                                {"rdmsr", "RDMSR of EFER"},
                                {"wrmsr", "WRMSR of LSTAR"},
                                {"mov-cr3", "MOV to CR3"},
                                {"mov-cr8", "MOV to CR8"},
                                {"mov-dr", "MOV to DR0"},
                                {"invlpg", "INVLPG"},
                                {"hlt", "HLT, the VMM, and the interrupt that ends it"},
                                {"vmcall", "VMCALL, and the VMM's answer"},
                                {"out", "OUT, to the VMM and back"},
                                {"in", "IN, to the VMM and back"},
                                {"page-fault", "a page fault that sets a leaf"},
                                {"guests-page-fault", "a page fault of the guest's"},
                                {"table-write", "a write to a shadowed table, emulated"},
                                {"device-load", "a load from a device, emulated, to the VMM and back"},
                                {"real-mode-int", "INT 21H in real mode"}};
constexpr unsigned repeats = 32;

}  // namespace

std::vector<exit_cost> count_exit_costs() {
  build("plain", {"exits"});
  std::fprintf(stderr, "umbra: counting instructions of exits\n");
  const std::filesystem::path binary = program(build_directory("plain"), "exits");
  std::vector<exit_cost> all;
  for (const named_kind& k : kinds) {
    const std::string log =
        callgrind({binary.string(), k.name, std::to_string(repeats)}, fmt::format("exit-{}", k.name));
    all.push_back({k.name, static_cast<double>(instructions_in(log)) / repeats});
  }
  return all;
}

std::string exit_costs_table(const std::vector<exit_cost>& all) {
  std::string text = fmt::format("{:<54} {:>12}\n", "instructions from an exit to the next entry", "");
  for (const exit_cost& c : all) {
    const char* meaning = c.kind.c_str();
    for (const named_kind& k : kinds) {
      if (k.name == c.kind) meaning = k.meaning;
    }
    text += fmt::format("{:<54} {:>12.0f}\n", meaning, c.instructions);
  }
  return text;
}

nlohmann::json to_json(const exit_cost& c) { return {{"exit", c.kind}, {"instructions", c.instructions}}; }

}  // namespace umbra::tools
