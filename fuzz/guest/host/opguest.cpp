// `opguest`: checks the reference model against the paging hardware that an emulator implements.
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "fuzz/guest/host/engine.hpp"
#include "fuzz/guest/host/report.hpp"

namespace {

using namespace umbra::opguest;

/// More than this share of accesses with a known difference, and the comparison is worth too little.
constexpr double tolerated_percent = 1.0;

/// From so many translations on, every known difference of an emulator must have shown.
constexpr std::uint64_t long_run = 500'000;

/// Where the scenes of one machine begin, after those of the one before it.
constexpr std::uint32_t scenes_apart = 100'000'000;

struct options {
  std::uint32_t translations = 1'000'000;
  std::uint64_t seed = 1;
  std::uint32_t first = 0;  ///< counts with one machine only
  std::string engine = "qemu";
  std::vector<std::string> machines;
  std::string program = UMBRA_GUEST_PROGRAM;
  std::string results, save, json;
  unsigned silence = 30, show = 5;
};

using file = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

file open_file(const std::string& path, const char* mode) {
  file f{std::fopen(path.c_str(), mode), std::fclose};
  if (!f) throw std::runtime_error("cannot open " + path);
  return f;
}

/// Says how far a run is, on a terminal only.
class progress_line {
 public:
  progress_line(std::string name, std::uint32_t wanted) : name_(std::move(name)), wanted_(wanted) {}
  ~progress_line() {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }
  void operator()(std::uint64_t done) {
    if (!terminal_) return;
    shown_ = true;
    fmt::print(stderr, "\r{}: {} of {} translations\033[K", name_, done, wanted_);
  }

 private:
  std::string name_;
  std::uint32_t wanted_;
  bool terminal_ = isatty(2) != 0, shown_ = false;
};

class session {
 public:
  explicit session(options wanted)
      : wanted_(std::move(wanted)),
        on_(wanted_.engine == "qemu" ? engine_kind::qemu : engine_kind::bochs),
        sums_(on_) {}

  int run() {
    const auto start = std::chrono::steady_clock::now();
    if (!wanted_.results.empty())
      compare_file();
    else
      run_machines();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    fmt::print("{}", summary(sums_, took.count()));
    if (!wanted_.json.empty()) write_json(took.count());
    return verdict();
  }

 private:
  void write_json(double seconds) const {
    std::ofstream to{wanted_.json};
    if (!(to << as_json(sums_, seconds).dump(2) << '\n') || !to.flush())
      throw std::runtime_error("cannot write " + wanted_.json);
  }

  void compare_file() {
    const file from = open_file(wanted_.results, "rb");
    byte_source bytes{[&from](std::uint8_t* to, std::size_t limit) { return std::fread(to, 1, limit, from.get()); }};
    take(bytes, "file", "--results " + wanted_.results, 0);
  }

  void run_machines() {
    std::vector<const machine*> chosen;
    unsigned shares = 0;
    for (const machine& m : machines())
      if (m.engine == on_ && (wanted_.machines.empty() || std::ranges::count(wanted_.machines, m.name) != 0)) {
        chosen.push_back(&m);
        shares += m.share;
      }
    if (chosen.empty()) throw std::runtime_error("the engine " + wanted_.engine + " has no machine of that name");
    if (wanted_.first != 0 && chosen.size() != 1) throw std::runtime_error("--first needs one --machine");
    if (!wanted_.save.empty() && chosen.size() != 1)
      throw std::runtime_error("--save needs one --machine: a file holds the results of one run");
    for (const machine* m : chosen) {
      // Other scenes on each machine.
      if (chosen.size() > 1) wanted_.first = static_cast<std::uint32_t>(m - machines().data()) * scenes_apart;
      const auto part =
          static_cast<std::uint32_t>((std::uint64_t{wanted_.translations} * m->share + shares - 1) / shares);
      run_machine(*m, part);
    }
  }

  void run_machine(const machine& m, std::uint32_t translations) {
    const task work{.seed = wanted_.seed, .first = wanted_.first, .translations = translations};
    engine running{m, wanted_.program, work, wanted_.silence};
    std::optional<file> copy;
    if (!wanted_.save.empty()) copy = open_file(wanted_.save, "wb");
    byte_source bytes{[&running](std::uint8_t* to, std::size_t limit) { return running.read(to, limit); },
                      copy ? copy->get() : nullptr};
    take(bytes, std::string{m.name},
         fmt::format("--engine {} --machine {} --seed {}", wanted_.engine, m.name, wanted_.seed), translations);
  }

  void take(byte_source& bytes, const std::string& name, const std::string& again, std::uint32_t translations) {
    progress_line line{name, translations};
    unsigned shown = 0;
    const auto found = [&](std::uint32_t number, unsigned index, const mismatch& m, const table_memory& memory) {
      if (shown++ >= wanted_.show) return;
      fmt::print("\n{}  again: opguest {} --first {} --translations 1\n", describe(number, index, m, memory), again,
                 number);
    };
    const tally part = compare(bytes, on_, found, [&line](std::uint64_t done) { line(done); });
    if (shown > wanted_.show) fmt::print("... and {} more\n", shown - wanted_.show);
    fmt::print("{:<14} {:>9} translations, {:.3f} % with a known difference, {} unexplained\n", name, part.translations,
               100.0 * static_cast<double>(part.different) / static_cast<double>(part.translations), part.unexplained);
    sums_.add(part);
  }

  /// A known difference that did not show, in a run long enough for each to show.
  std::string unseen() const {
    if (!wanted_.results.empty() || !wanted_.machines.empty() || sums_.translations < long_run) return {};
    const auto known = known_differences(on_);
    for (std::size_t i = 0; i < known.size(); ++i)
      if (sums_.by_difference[i] == 0) return std::string{known[i].name};
    return {};
  }

  int verdict() const {
    const auto fail = [](const std::string& why) {
      fmt::print("FAILED: {}\n", why);
      return 1;
    };
    if (sums_.unexplained != 0) return fail("the model and the machine disagree");
    if (wanted_.results.empty() && sums_.translations < wanted_.translations) return fail("too few translations ran");
    if (100.0 * static_cast<double>(sums_.different) > tolerated_percent * static_cast<double>(sums_.translations))
      return fail("too many known differences");
    if (const std::string name = unseen(); !name.empty())
      return fail("never seen, so does the model make the emulator's mistake? " + name);
    fmt::print("passed\n");
    return 0;
  }

  options wanted_;
  engine_kind on_;
  tally sums_;
};

}  // namespace

int main(int argc, char** argv) {
  options wanted;
  CLI::App app{
      "Checks the reference model (models/reference) against the paging hardware that an emulator implements.\n"
      "A bare guest program translates addresses in every paging mode; outcome, error code, CR2, A and D bits and the\n"
      "frame reached are compared with the model's. Exit code 0 if each difference is known, with its citation.",
      "opguest"};
  std::vector<std::string> names;
  for (const machine& m : machines()) names.emplace_back(m.name);
  app.add_option("--translations", wanted.translations, "how many, over all machines")
      ->capture_default_str()
      ->check(CLI::Range(1u, 4'000'000'000u));
  app.add_option("--seed", wanted.seed, "what the scenes are drawn from")->capture_default_str();
  app.add_option("--first", wanted.first, "number of the first scene; with one --machine only")->capture_default_str();
  app.add_option("--engine", wanted.engine, "the emulator; of the one whose results are compared, too")
      ->capture_default_str()
      ->check(CLI::IsMember({"qemu", "bochs"}));
  app.add_option("--machine", wanted.machines, "which processors; all by default")->check(CLI::IsMember(names));
  app.add_option("--program", wanted.program, "the guest program")->capture_default_str()->check(CLI::ExistingFile);
  app.add_option("--save", wanted.save, "write the results as they came to a file");
  app.add_option("--results", wanted.results, "compare a saved file, run nothing")->check(CLI::ExistingFile);
  app.add_option("--json", wanted.json, "write the sums as JSON to a file");
  app.add_option("--silence", wanted.silence, "seconds without results after which the emulator counts as hung")
      ->capture_default_str();
  app.add_option("--show", wanted.show, "how many unexplained differences to show for each machine")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return session{wanted}.run();
  } catch (const std::exception& e) {
    fmt::print(stderr, "opguest: {}\n", e.what());
    return 1;
  }
}
