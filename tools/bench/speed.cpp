#include "tools/bench/speed.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "tools/bench/statistics.hpp"
#include "tools/cli/error.hpp"
#include "tools/cli/tree.hpp"
#include "tools/fuzz/job.hpp"
#include "tools/fuzz/seeds.hpp"
#include "tools/run/exits.hpp"

namespace umbra::tools {

namespace fs = std::filesystem;

namespace {

constexpr double least_ops_an_input = 16, least_fault_or_table = 0.30;
constexpr unsigned least_live_pages = 30;

fs::path work() { return build_root() / "bench" / "speed"; }
fs::path seeds() { return work() / "seeds"; }

/// Processor time of all children that have ended, seconds.
double spent_by_children() {
  rusage used{};
  ::getrusage(RUSAGE_CHILDREN, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct run_figures {
  double executions = 0, seconds = 0;
  fuzz::live shown{};

  double rate() const { return executions / std::max(seconds, 1e-6); }
};

/// Fuzzes with one job on one core. New inputs go to `kept`, which need not exist.
run_figures fuzz_once(const fuzz_target& target, const fs::path& binary, const fs::path& kept, const fs::path& corpus,
                      unsigned seconds, std::uint32_t seed) {
  fs::create_directories(kept);
  const double before = spent_by_children();
  std::vector<std::string> flags{"-reload=0"};
  flags.insert(flags.end(), target.flags.begin(), target.flags.end());
  job j({.binary = binary,
         .work = work(),
         .name = binary.filename().string(),
         .corpus = kept,
         .seeds = {corpus},
         .seconds = seconds,
         .seed = seed,
         .flags = flags});
  while (!j.poll()) {
    if (interrupted()) throw error("Interrupted.", status::broken);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (const auto f = j.finding()) {
    throw error(fmt::format("There is no speed to measure before this finding is dealt with: {}: {} ({}).", f->id,
                            f->text, f->input.string()),
                status::bad);
  }
  run_figures result;
  result.seconds = spent_by_children() - before;
  result.shown = j.live();
  const std::string log = read_file(j.log()), mark = "stat::number_of_executed_units:";
  const std::size_t at = log.rfind(mark);
  if (at != std::string::npos) result.executions = std::strtod(log.c_str() + at + mark.size(), nullptr);
  if (result.executions == 0) throw error(fmt::format("{} counts no executions.", j.log().string()), status::broken);
  return result;
}

/// Reasons that make up less than this share of all exits are left out.
constexpr double least_share = 0.001;

std::vector<event_rate> exit_rates(const fuzz::tally& counts, double seconds, double empty_rate) {
  std::vector<event_rate> all;
  const auto add = [&](const std::string& what, std::uint64_t count) {
    const double rate = static_cast<double>(count) / std::max(seconds, 1e-6);
    all.push_back({what, rate, empty_rate / std::max(rate, 1e-6)});
  };
  for (unsigned reason = 0; reason < std::size(counts.exits_for); ++reason) {
    const std::uint64_t count = counts.exits_for[reason];
    if (static_cast<double>(count) >= least_share * static_cast<double>(counts.vm_exits) && count != 0)
      add(reason_in_words(reason), count);
  }
  std::ranges::sort(all, std::ranges::greater(), &event_rate::rate);
  add("emulated instructions", counts.emulated);
  return all;
}

std::string beside(const std::string& figure, bool met, const std::string& aim) {
  return fmt::format("{} ({}{})", figure, met ? "" : "missed: ", aim);
}

}  // namespace

fs::path grow_corpus(const fuzz_target& target, unsigned seconds) {
  build("plain", {target.program()});
  fs::remove_all(work());
  encode_seeds(target, target.seeds(), seeds());
  fs::create_directories(work() / "grown");
  fuzz_once(target, program(build_directory("plain"), target.program()), work() / "grown", seeds(), seconds, 1);
  // One directory holds both, as that of `umbra fuzz` does.
  encode_seeds(target, target.seeds(), work() / "grown");
  return work() / "grown";
}

speed measure_speed(const fuzz_target& target, const std::string& preset, double aim, const fs::path& corpus,
                    unsigned seconds) {
  build(preset, {target.program(), "umbra-fuzz-empty"});
  const fs::path empty = program(build_directory(preset), "umbra-fuzz-empty");
  const fs::path measured = program(build_directory(preset), target.program());
  const unsigned each = std::max(1u, seconds / (2 * speed_rounds));

  speed s{.target = target.name, .preset = preset, .aim = aim};
  std::vector<double> empty_rates, rates, op_rates;
  fuzz::tally mix{};
  double spent = 0;
  std::array<std::uint64_t, std::size(fuzz::live{}.live_pages)> pages{};
  for (unsigned n = 1; n <= speed_rounds; ++n) {
    fs::remove_all(work() / "kept");
    const run_figures a = fuzz_once(target, empty, work() / "kept" / "empty", corpus, each, n);
    const run_figures b = fuzz_once(target, measured, work() / "kept" / "measured", corpus, each, n);
    empty_rates.push_back(a.rate());
    rates.push_back(b.rate());
    const double exits = static_cast<double>(b.shown.counts.vm_exits) / std::max(b.seconds, 1e-6);
    s.ratios.push_back(a.rate() / (target.by_exits ? exits : b.rate()));
    op_rates.push_back(static_cast<double>(b.shown.counts.effective) / b.seconds);
    spent += b.seconds;
    mix.vm_exits += b.shown.counts.vm_exits;
    mix.emulated += b.shown.counts.emulated;
    for (std::size_t i = 0; i < std::size(mix.exits_for); ++i) mix.exits_for[i] += b.shown.counts.exits_for[i];
    mix.programs += b.shown.counts.programs;
    mix.effective += b.shown.counts.effective;
    mix.fault_or_table += b.shown.counts.fault_or_table;
    for (std::size_t i = 0; i < pages.size(); ++i) pages[i] += b.shown.live_pages[i];
  }
  const auto share = [](std::uint64_t part, std::uint64_t all) {
    return static_cast<double>(part) / static_cast<double>(std::max<std::uint64_t>(1, all));
  };
  s.empty_rate = median(empty_rates);
  s.rate = median(rates);
  s.slower = median(s.ratios);
  s.op_rate = median(op_rates);
  s.ops_an_input = share(mix.effective, mix.programs);
  s.fault_or_table = share(mix.fault_or_table, mix.effective);
  s.live_pages = histogram_median(pages);
  if (target.by_exits) s.exits = exit_rates(mix, spent, s.empty_rate);
  return s;
}

std::string speed_table(const std::vector<speed>& all) {
  std::string text =
      fmt::format("{:<8} {:<6} {:>12} {:>9} {:>22} {:>11} {:>20} {:>21} {:>16}\n", "target", "build", "empty exec/s",
                  "exec/s", "of the empty", "guest ops/s", "ops an input", "fault or table", "live pages");
  for (const speed& s : all) {
    text += fmt::format("{:<8} {:<6} {:>12.0f} {:>9.0f} {:>22} {:>11.0f}", s.target, s.preset, s.empty_rate, s.rate,
                        beside(fmt::format("1/{:.1f}", s.slower), s.slower <= s.aim, fmt::format("1/{:g}", s.aim)),
                        s.op_rate);
    // An input of the other targets is one instruction, which has no mix.
    if (s.target == "mmu") {
      text += fmt::format(
          " {:>20} {:>21} {:>16}",
          beside(fmt::format("{:.1f}", s.ops_an_input), s.ops_an_input >= least_ops_an_input,
                 fmt::format("{:.0f}", least_ops_an_input)),
          beside(fmt::format("{:.0f} %", 100 * s.fault_or_table), s.fault_or_table >= least_fault_or_table,
                 fmt::format("{:.0f} %", 100 * least_fault_or_table)),
          beside(std::to_string(s.live_pages), s.live_pages >= least_live_pages, std::to_string(least_live_pages)));
    }
    text += "\n";
  }
  return text;
}

std::string exit_rates_table(const speed& s) {
  std::string text = fmt::format("{:<42} {:>12} {:>14}\n", fmt::format("exits of {}, {}", s.target, s.preset),
                                 "a second", "of the empty");
  for (const event_rate& e : s.exits)
    text += fmt::format("{:<42} {:>12.0f} {:>14}\n", e.what, e.rate, fmt::format("1/{:.1f}", e.slower));
  return text;
}

nlohmann::json to_json(const speed& s) {
  nlohmann::json exits = nlohmann::json::array();
  for (const event_rate& e : s.exits)
    exits.push_back({{"what", e.what}, {"a_second", e.rate}, {"times_slower_than_empty", e.slower}});
  return {{"target", s.target},
          {"exits", exits},
          {"preset", s.preset},
          {"empty_executions_a_second", s.empty_rate},
          {"executions_a_second", s.rate},
          {"times_slower_than_empty", s.slower},
          {"times_slower_in_each_round", s.ratios},
          {"guest_ops_a_second", s.op_rate},
          {"effective_ops_an_input", s.ops_an_input},
          {"fault_or_table_share", s.fault_or_table},
          {"median_live_pages", s.live_pages},
          {"aims",
           {{"times_slower_than_empty", s.aim},
            {"effective_ops_an_input", least_ops_an_input},
            {"fault_or_table_share", least_fault_or_table},
            {"median_live_pages", least_live_pages}}}};
}

}  // namespace umbra::tools
