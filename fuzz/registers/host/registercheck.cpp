// `registercheck`: checks the model of system registers against the processors that Bochs implements.
#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fuzz/guest/host/engine.hpp"
#include "fuzz/guest/host/stream.hpp"
#include "fuzz/registers/host/differences.hpp"
#include "fuzz/registers/shared/generator.hpp"
#include "fuzz/registers/shared/record.hpp"

namespace {

using namespace umbra;
using namespace umbra::registercheck;

constexpr double tolerated_percent = 1.0;
constexpr const char* names[instructions] = {"MOV to CR", "MOV from CR", "LMSW",      "CLTS",       "SMSW",
                                             "WRMSR",     "RDMSR",       "MOV to DR", "MOV from DR"};

struct options {
  std::uint32_t trials = 100'000;
  std::uint64_t seed = 1;
  std::uint32_t first = 0;
  std::vector<std::string> machines;
  std::string program = UMBRA_REGISTERS_PROGRAM;
  unsigned silence = 120, show = 5;
};

struct tally {
  std::array<std::uint64_t, instructions> completed{}, faulted{};
  std::vector<std::uint64_t> by_difference;
  std::uint64_t trials = 0, different = 0, unexplained = 0;
};

outcome read_outcome(opguest::byte_source& from) {
  outcome o;
  o.vector = from.get8();
  o.error_code = from.get32();
  o.value = from.get64();
  o.dr6 = from.get64();
  o.dr7 = from.get64();
  return o;
}

std::string describe(std::uint32_t number, const trial& t, const outcome& o, const std::string& wrong) {
  return fmt::format(
      "trial {}: {} {:#x}, value {:#x}, with CR0 {:x} CR4 {:x} EFER {:x} DR7 {:x}: {}\n"
      "  vector {} error code {:#x} value {:#x} DR6 {:x} DR7 {:x}\n",
      number, names[static_cast<unsigned>(t.what)], t.number, t.value, t.cr0, t.cr4, t.efer, t.dr7, wrong, o.vector,
      o.error_code, o.value, o.dr6, o.dr7);
}

void compare(opguest::byte_source& from, const options& wanted, tally& sums) {
  from.skip_to(record::magic);
  const auto machine = from.get_words<processor>();
  const std::uint64_t seed = from.get64();
  const generator trials{machine, seed};
  std::uint32_t number = from.get32();
  unsigned shown = 0;
  for (std::uint8_t mark = from.get8(); mark != record::end_mark; mark = from.get8(), ++number) {
    if (mark != record::trial_mark) throw opguest::broken_stream("a trial should begin here");
    const trial t = trials.make(number);
    const outcome o = read_outcome(from);
    const expectation e = expect(machine, t);
    ++sums.trials;
    ++(o.vector == outcome::none ? sums.completed : sums.faulted)[static_cast<unsigned>(t.what)];
    const std::string wrong = e.judge(t, o);
    if (wrong.empty()) continue;
    if (const auto known = explanation(t, o, e)) {
      ++sums.different, ++sums.by_difference[*known];
      continue;
    }
    ++sums.unexplained;
    if (shown++ < wanted.show) fmt::print("{}", describe(number, t, o, wrong));
  }
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
  sums.by_difference.resize(known_differences().size());
  for (const opguest::machine* m : chosen) {
    const std::uint64_t before = sums.unexplained;
    const auto part = static_cast<std::uint32_t>((std::uint64_t{wanted.trials} * m->share + shares - 1) / shares);
    const opguest::task work{.seed = wanted.seed, .first = wanted.first, .count = part};
    opguest::engine running{*m, wanted.program, work, wanted.silence};
    opguest::byte_source bytes{[&](std::uint8_t* to, std::size_t limit) { return running.read(to, limit); }};
    compare(bytes, wanted, sums);
    fmt::print("{:<14} {:>9} trials, {} unexplained\n", m->name, part, sums.unexplained - before);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print("\n{} trials in {:.0f} s\n", sums.trials, took.count());
  for (unsigned i = 0; i < instructions; ++i)
    fmt::print("  {:<12} {:>8} completed, {:>8} raised an exception\n", names[i], sums.completed[i], sums.faulted[i]);
  for (std::size_t i = 0; i < sums.by_difference.size(); ++i)
    fmt::print("  {:>8}  known difference: {}\n            {}\n", sums.by_difference[i], known_differences()[i].name,
               known_differences()[i].citation);
  const auto fail = [](const char* why) {
    fmt::print("FAILED: {}\n", why);
    return 1;
  };
  if (sums.unexplained != 0) return fail("the model and the machine disagree");
  if (sums.trials < wanted.trials) return fail("too few trials ran");
  if (100.0 * static_cast<double>(sums.different) > tolerated_percent * static_cast<double>(sums.trials))
    return fail("too many known differences");
  fmt::print("passed\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  options wanted;
  CLI::App app{
      "Checks the model of control registers, debug registers and MSRs (models/reference) against the processors that\n"
      "Bochs implements. A bare program executes MOV CR, LMSW, CLTS, SMSW, RDMSR, WRMSR and MOV DR with random\n"
      "values; exceptions and what the registers then hold are compared with the model's. Exit code 0 if each "
      "difference\n"
      "is known, with its citation.",
      "registercheck"};
  std::vector<std::string> machine_names;
  for (const opguest::machine& m : opguest::machines())
    if (m.engine == opguest::engine_kind::bochs) machine_names.emplace_back(m.name);
  app.add_option("--trials", wanted.trials, "how many, over all machines")
      ->capture_default_str()
      ->check(CLI::Range(1u, 4'000'000'000u));
  app.add_option("--seed", wanted.seed, "what the trials are drawn from")->capture_default_str();
  app.add_option("--first", wanted.first, "number of the first trial")->capture_default_str();
  app.add_option("--machine", wanted.machines, "which processors; all by default")->check(CLI::IsMember(machine_names));
  app.add_option("--program", wanted.program, "the bare program")->capture_default_str()->check(CLI::ExistingFile);
  app.add_option("--silence", wanted.silence, "seconds without results after which the emulator counts as hung")
      ->capture_default_str();
  app.add_option("--show", wanted.show, "how many unexplained differences to show for each machine")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return run(wanted);
  } catch (const std::exception& e) {
    fmt::print(stderr, "registercheck: {}\n", e.what());
    return 1;
  }
}
