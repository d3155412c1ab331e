// `emucheck`: compares the emulator with Unicorn, instruction by instruction, and its decoder with Zydis.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "fuzz/emulator/completeness.hpp"
#include "fuzz/emulator/report.hpp"

namespace {

using namespace umbra::emucheck;

struct options {
  unsigned each = 1000, show = 5;
  std::uint64_t bytes = 2'000'000, seed = 1;
  std::string only, json, table;
};

void write(const std::string& path, const std::string& text) {
  std::ofstream to(path);
  if (!(to << text) || !to.flush()) throw std::runtime_error("cannot write " + path);
}

int check(const options& o) {
  const auto start = std::chrono::steady_clock::now();
  results r;
  r.successes = o.each;
  r.whole = o.only.empty();
  unsigned shown = 0;
  const auto show = [&](const std::string& text) {
    if (shown++ < o.show) fmt::print("{}", text);
  };
  const bool terminal = isatty(2) != 0;
  std::uint64_t done = 0;
  request q;
  q.successes = o.each;
  q.seed = o.seed;
  q.only = o.only;
  q.wrong = [&](const comparison& c, const std::string& what) { show(describe(c, what)); };
  q.done = [&](const case_tally& c) {
    if (terminal && ++done % 50 == 0) fmt::print(stderr, "\r{} cases, now {}\033[K", done, c.name);
  };
  r.executions = compare(q);
  if (terminal) fmt::print(stderr, "\r\033[K");
  if (r.executions.cases.empty()) throw std::runtime_error("no case is named like '" + o.only + "'");
  const auto length = [&](const verdicts& v) { show(describe(v)); };
  if (r.whole) {
    r.forms = compare_forms(std::max(1u, o.each / 10), o.seed, length);
    r.bytes = compare_random(o.bytes, o.seed, length);
    r.complaints = forgotten_opcodes();
    for (std::string& c : outdated_omissions()) r.complaints.push_back(std::move(c));
  }
  if (shown > o.show) fmt::print("... and {} more\n", shown - o.show);
  r.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("{}", summary(r));
  if (!o.table.empty()) write(o.table, table(r.executions));
  if (!o.json.empty()) write(o.json, as_json(r).dump(2) + "\n");
  return r.good() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  options o;
  CLI::App app{"Compares the emulator with Unicorn and its decoder with Zydis.", "emucheck"};
  app.add_option("--each", o.each)->check(CLI::Range(1u, 1'000'000u));
  app.add_option("--bytes", o.bytes)->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000'000}));
  app.add_option("--seed", o.seed);
  app.add_option("--only", o.only);
  app.add_option("--show", o.show);
  app.add_option("--table", o.table);
  app.add_option("--json", o.json);
  try {
    app.parse(argc, argv);
    if (!o.json.empty()) write(o.json, "{}\n");
    if (!o.table.empty()) write(o.table, "");
    return check(o);
  } catch (const CLI::CallForHelp& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    fmt::print(stderr, "umbra: {}.\n", e.what());
    return 2;
  } catch (const std::exception& e) {
    fmt::print(stderr, "umbra: {}.\n", e.what());
    return 2;
  }
}
