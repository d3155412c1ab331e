#include "fuzz/guest/host/check.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace umbra::opguest {
namespace {

/// More than this share of units with a known difference, and the comparison is worth too little.
constexpr double tolerated_percent = 1.0;

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

check_sums run_part(check& what, const check_text& text, const batch_options& wanted, byte_source& bytes,
                    const batch_part& of) {
  progress_line line{of, text.names.unit};
  unsigned shown = 0;
  const auto found = [&](std::uint32_t number, const std::function<std::string()>& describe) {
    if (shown++ >= wanted.show) return;
    fmt::print("\n{}  again: {} {} --first {} --{}s 1\n", describe(), text.name, of.again, number, text.names.unit);
  };
  const check_sums part = what.take(bytes, found, [&line](std::uint64_t done) { line(done); });
  if (shown > wanted.show) fmt::print("... and {} more\n", shown - wanted.show);
  fmt::print("{:<14} {:>9} {}s, {:.3f} % with a known difference, {} unexplained\n", of.name, part.ran, text.names.unit,
             percent(part.different, part.compared), part.unexplained);
  return part;
}

void print_sums(const check_sums& sums, const check_text& text) {
  fmt::print("known differences:\n");
  for (const known_count& k : sums.known) fmt::print("  {:>9}  {}\n             {}\n", k.seen, k.name, k.citation);
  fmt::print("{}s with a known difference: {} ({:.3f} % of those compared)\n", text.names.unit, sums.different,
             percent(sums.different, sums.compared));
  fmt::print("{}s with an unexplained one: {}\n", text.names.unit, sums.unexplained);
}

nlohmann::json with_sums(nlohmann::json all, const check_sums& sums, double seconds) {
  nlohmann::json differences = nlohmann::json::array();
  for (const known_count& k : sums.known)
    differences.push_back({{"name", k.name}, {"citation", k.citation}, {"count", k.seen}});
  all.update({{"seconds", seconds},
              {"compared", sums.compared},
              {"different", sums.different},
              {"different_percent", percent(sums.different, sums.compared)},
              {"unexplained", sums.unexplained},
              {"differences", differences}});
  return all;
}

int run(check& what, const check_text& text, std::span<const machine> machines, const batch_options& wanted,
        std::uint32_t count) {
  const auto start = std::chrono::steady_clock::now();
  run_batch(wanted, machines, count,
            [&](byte_source& bytes, const batch_part& part) { run_part(what, text, wanted, bytes, part); });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const check_sums sums = what.sums();
  fmt::print("{} {}s, {:.1f} s\n{}", sums.ran, text.names.unit, took.count(), what.report());
  print_sums(sums, text);
  write_json(wanted, with_sums(what.to_json(), sums, took.count()));
  const std::string failure = failure_of(sums, text, wanted, count);
  fmt::print("{}\n", failure.empty() ? "passed" : "FAILED: " + failure);
  return failure.empty() ? 0 : 1;
}

}  // namespace

std::string failure_of(const check_sums& sums, const check_text& text, const batch_options& wanted,
                       std::uint32_t count) {
  if (sums.unexplained != 0) return fmt::format("{} and the machine disagree", text.judged);
  if (wanted.results.empty() && sums.ran < count) return fmt::format("too few {}s ran", text.names.unit);
  if (percent(sums.different, sums.compared) > tolerated_percent) return "too many known differences";
  const bool whole = wanted.results.empty() && wanted.machines.empty();
  const auto unseen = std::ranges::find(sums.known, 0u, &known_count::seen);
  if (whole && sums.ran >= text.long_run && unseen != sums.known.end())
    return fmt::format("never seen, so does {} make the emulator's mistake? {}", text.judged, unseen->name);
  return {};
}

int run_check(int argc, char** argv, const check_text& text, std::span<const machine> machines, batch_options wanted,
              std::uint32_t count, const check_maker& make) {
  CLI::App app{std::string{text.about}, std::string{text.name}};
  app.add_option("--" + text.names.unit + "s", count, "how many, over all machines")
      ->capture_default_str()
      ->check(CLI::Range(1u, 4'000'000'000u));
  offer(app, wanted, machines, text.names);
  CLI11_PARSE(app, argc, argv);
  try {
    return run(*make(wanted.kind()), text, machines, wanted, count);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}: {}\n", text.name, e.what());
    return 1;
  }
}

}  // namespace umbra::opguest
