// `entrycheck`: checks the model of VM entry against the VMX processors that Bochs implements.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fuzz/entry/host/report.hpp"
#include "fuzz/guest/host/engine.hpp"

namespace {

using namespace umbra;
using namespace umbra::entrycheck;

/// From so many attempts on, every known difference of the emulator must have shown.
constexpr std::uint64_t long_run = 200'000;

/// More than this share of attempts with a known difference, and the comparison is worth too little.
constexpr double tolerated_percent = 1.0;

struct options {
  std::uint32_t attempts = 100'000;
  std::uint64_t seed = 1;
  std::uint32_t first = 0;
  std::vector<std::string> machines;
  std::string program = UMBRA_ENTRY_PROGRAM;
  unsigned silence = 120, show = 3;
};

tally run_machine(const opguest::machine& m, std::uint32_t attempts, const options& wanted) {
  const opguest::task work{.seed = wanted.seed, .first = wanted.first, .count = attempts};
  opguest::engine running{m, wanted.program, work, wanted.silence};
  opguest::byte_source bytes{[&running](std::uint8_t* to, std::size_t limit) { return running.read(to, limit); }};
  unsigned shown = 0;
  const tally part = compare(bytes, [&](std::uint32_t number, const mismatch& found) {
    if (shown++ >= wanted.show) return;
    fmt::print("\n{}  again: entrycheck --machine {} --seed {} --first {} --attempts 1\n", describe(number, found),
               m.name, wanted.seed, number);
  });
  if (shown > wanted.show) fmt::print("... and {} more\n", shown - wanted.show);
  fmt::print("{:<14} {:>9} attempts, {} with a known difference, {} unexplained\n", m.name, part.attempts,
             part.different, part.unexplained);
  return part;
}

int run(const options& wanted) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<const opguest::machine*> chosen;
  unsigned shares = 0;
  for (const opguest::machine& m : opguest::machines())
    if (m.engine == opguest::engine_kind::bochs &&
        (wanted.machines.empty() || std::ranges::count(wanted.machines, m.name) != 0))
      chosen.push_back(&m), shares += m.share;
  if (chosen.empty()) throw std::runtime_error("Bochs has no machine of that name");
  tally sums;
  for (const opguest::machine* m : chosen)
    sums.add(run_machine(
        *m, static_cast<std::uint32_t>((std::uint64_t{wanted.attempts} * m->share + shares - 1) / shares), wanted));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print("{}", summary(sums, took.count()));
  const auto fail = [](const char* why) {
    fmt::print("FAILED: {}\n", why);
    return 1;
  };
  if (sums.unexplained != 0) return fail("the model and the machine disagree");
  if (sums.attempts < wanted.attempts) return fail("too few attempts were made");
  if (100.0 * static_cast<double>(sums.different) > tolerated_percent * static_cast<double>(sums.attempts))
    return fail("too many known differences");
  if (sums.attempts >= long_run && std::ranges::count(sums.by_difference, 0u) != 0)
    return fail("a known difference was never seen, so does the model make the emulator's mistake?");
  fmt::print("passed\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  options wanted;
  CLI::App app{
      "Checks the model of VM entry (models/reference/vm_entry) against the VMX processors that Bochs implements.\n"
      "A bare program attempts VM entries with random states, valid ones and such as break a rule or a few; how each\n"
      "ended is compared with what the model allows. Exit code 0 if each difference is known, with its citation.",
      "entrycheck"};
  std::vector<std::string> names;
  for (const opguest::machine& m : opguest::machines())
    if (m.engine == opguest::engine_kind::bochs) names.emplace_back(m.name);
  app.add_option("--attempts", wanted.attempts, "how many, over all machines")
      ->capture_default_str()
      ->check(CLI::Range(1u, 4'000'000'000u));
  app.add_option("--seed", wanted.seed, "what the states are drawn from")->capture_default_str();
  app.add_option("--first", wanted.first, "number of the first state")->capture_default_str();
  app.add_option("--machine", wanted.machines, "which processors; all by default")->check(CLI::IsMember(names));
  app.add_option("--program", wanted.program, "the bare program")->capture_default_str()->check(CLI::ExistingFile);
  app.add_option("--silence", wanted.silence, "seconds without results after which the emulator counts as hung")
      ->capture_default_str();
  app.add_option("--show", wanted.show, "how many unexplained differences to show for each machine")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return run(wanted);
  } catch (const std::exception& e) {
    fmt::print(stderr, "entrycheck: {}\n", e.what());
    return 1;
  }
}
