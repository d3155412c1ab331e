#include "tools/bench/costs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

#include "fuzz/targets/live.hpp"
#include "tools/cli/error.hpp"
#include "tools/cli/process.hpp"
#include "tools/cli/tree.hpp"
#include "tools/fuzz/seeds.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

constexpr unsigned made = 4000;

/// Takes a name with its length before it, as mangled names have them, off the front; empty if there is none.
std::string_view take_name(std::string_view& mangled) {
  std::size_t length = 0;
  const auto [end, failed] = std::from_chars(mangled.data(), mangled.data() + mangled.size(), length);
  if (failed != std::errc()) return {};
  mangled.remove_prefix(static_cast<std::size_t>(end - mangled.data()));
  const std::string_view name = mangled.substr(0, length);
  mangled.remove_prefix(name.size());
  return name;
}

void must(const command& c) {
  if (run(c) != 0) throw error(fmt::format("{} failed; {} says why.", c.words[0], c.output.string()), status::broken);
}

double ratio(std::uint64_t part, std::uint64_t all) {
  return static_cast<double>(part) / static_cast<double>(std::max<std::uint64_t>(1, all));
}

}  // namespace

double costs::total() const {
  double sum = 0;
  for (const cost& c : parts) sum += c.instructions;
  return sum;
}

std::string_view part_of(std::string_view symbol) {
  std::string_view rest = symbol;
  if (rest.starts_with("_Z")) rest.remove_prefix(2);
  // Local names and const members wrap the name that counts: _ZZNK5umbra3mmu...
  rest.remove_prefix(std::min(rest.find_first_not_of("ZNK"), rest.size()));
  if (take_name(rest) == "umbra") {
    const std::string_view name = take_name(rest);
    return name.empty() ? "umbra" : name;
  }
  if (symbol.starts_with("LLVMFuzzer")) return "fuzz";
  return rest.starts_with("St") ? "C++ library" : "libc";
}

std::vector<cost> costs_by_part(std::string_view output, unsigned inputs) {
  std::map<std::string_view, std::uint64_t, std::less<>> counts;
  std::string_view part;
  bool inclusive = false;  // the next line says what a call took, which its functions account for
  while (!output.empty()) {
    const std::size_t end = std::min(output.find('\n'), output.size());
    const std::string_view line = output.substr(0, end);
    output.remove_prefix(std::min(end + 1, output.size()));
    if (line.starts_with("fn=")) {
      part = part_of(line.substr(3));
    } else if (line.starts_with("calls=")) {
      inclusive = true;
    } else if (!line.empty() && line[0] >= '0' && line[0] <= '9') {
      if (std::exchange(inclusive, false)) continue;
      const std::size_t space = line.find(' ');
      std::uint64_t count = 0;
      if (space == std::string_view::npos ||
          std::from_chars(line.data() + space + 1, line.data() + line.size(), count).ec != std::errc()) {
        throw error("callgrind's output has a line of costs without any.", status::broken);
      }
      counts[part] += count;
    }
  }
  std::vector<cost> all;
  for (const auto& [name, count] : counts) all.push_back({std::string(name), ratio(count, inputs)});
  std::ranges::sort(all, std::ranges::greater(), &cost::instructions);
  return all;
}

bool has_costs(const fuzz_target& target) { return !target.trials(); }

costs measure_costs(const fuzz_target& target) {
  const std::string name = "inputs-" + target.name;
  build("plain", {name});
  std::fprintf(stderr, "umbra: counting what an input of %s costs\n", target.name.c_str());
  const std::string binary = program(build_directory("plain"), name).string();
  const fs::path work = build_root() / "bench" / "costs" / target.name;
  fs::remove_all(work);
  fs::create_directories(work);
  encode_seeds(target, target.seeds(), work / "seeds");
  const std::string row = (work / "row").string();
  must({.words = {binary, "make", (work / "seeds").string(), std::to_string(made), row}, .output = work / "make.log"});
  const fs::path out = work / "callgrind.out", live = work / "live", log = work / "run.log";
  must({.words = {"valgrind", "--tool=callgrind", "--callgrind-out-file=" + out.string(), "--compress-strings=no",
                  "--compress-pos=no", "--demangle=no", "--toggle-collect=*measured_region*", binary, "run", row},
        // Vector instructions are counted as such; a `rep stos` would count as one for each byte.
        .environment = {{"UMBRA_STATS", live.string()},
                        {"GLIBC_TUNABLES",
                         "glibc.cpu.x86_rep_stosb_threshold=1000000000"
                         ":glibc.cpu.x86_rep_movsb_threshold=1000000000"}},
        .output = log});
  costs c{.target = target.name};
  const std::string text = read_file(log), mark = "inputs=";
  const std::size_t at = text.find(mark);
  if (at != std::string::npos) c.inputs = static_cast<unsigned>(std::atoi(text.c_str() + at + mark.size()));
  if (c.inputs == 0) throw error(fmt::format("{} counts no inputs.", log.string()), status::broken);
  c.parts = costs_by_part(read_file(out), c.inputs);
  fuzz::live shown;
  const std::string page = read_file(live);
  std::memcpy(&shown, page.data(), std::min(page.size(), sizeof shown));
  c.ops_an_input = ratio(shown.counts.effective, shown.counts.programs);
  if (target.by_exits) c.exits_an_input = ratio(shown.counts.vm_exits, shown.counts.programs);
  return c;
}

std::string costs_table(const costs& c) {
  const std::string heading = fmt::format("instructions of an input of {}", c.target);
  std::string text = fmt::format("{:<42} {:>12} {:>7}\n", heading, "", "share");
  for (const cost& r : c.parts)
    text += fmt::format("{:<42} {:>12.0f} {:>5.1f} %\n", r.part, r.instructions, 100 * r.instructions / c.total());
  text += fmt::format("{:<42} {:>12.0f}         {:.1f} effective ops an input, {:.0f} for each", "all", c.total(),
                      c.ops_an_input, c.total() / std::max(c.ops_an_input, 1.0));
  if (c.exits_an_input > 0)
    text += fmt::format("; {:.1f} VM exits, {:.0f} for each", c.exits_an_input, c.total() / c.exits_an_input);
  return text + "\n";
}

nlohmann::json to_json(const costs& c) {
  nlohmann::json list = nlohmann::json::array();
  for (const cost& r : c.parts) list.push_back({{"part", r.part}, {"instructions", r.instructions}});
  nlohmann::json all = {{"target", c.target},
                        {"inputs", c.inputs},
                        {"effective_ops_an_input", c.ops_an_input},
                        {"instructions_an_input", c.total()},
                        {"parts", list}};
  if (c.exits_an_input > 0) {
    all["exits_an_input"] = c.exits_an_input;
    all["instructions_an_exit"] = c.total() / c.exits_an_input;
  }
  return all;
}

}  // namespace umbra::tools
