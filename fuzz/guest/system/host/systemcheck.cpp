// `systemcheck`: checks system instructions and faults of the instruction emulator against the processor that an
// emulated machine has.
#include <chrono>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "fuzz/guest/host/batch.hpp"
#include "fuzz/guest/system/host/machines.hpp"
#include "fuzz/guest/system/host/report.hpp"

namespace {

using namespace umbra::system_guest;
namespace opguest = umbra::opguest;

/// More than this share of specimens with a known difference, and the comparison is worth too little.
constexpr double tolerated_percent = 1.0;

/// From so many specimens on, every known difference of an engine must have shown: the rarest comes once in 100,000.
constexpr std::uint64_t long_run = 1'000'000;

const opguest::batch_names names{"specimen", "specimen"};

class session {
 public:
  session(opguest::batch_options wanted, std::uint32_t specimens)
      : wanted_(std::move(wanted)), specimens_(specimens), sums_(wanted_.kind()) {}

  int run() {
    const auto start = std::chrono::steady_clock::now();
    opguest::run_batch(wanted_, machines(), specimens_,
                       [this](opguest::byte_source& bytes, const opguest::batch_part& part) { take(bytes, part); });
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    fmt::print("{}", summary(sums_, took.count()));
    opguest::write_json(wanted_, as_json(sums_, took.count()));
    return verdict();
  }

 private:
  void take(opguest::byte_source& bytes, const opguest::batch_part& of) {
    opguest::progress_line line{of, names.unit};
    unsigned shown = 0;
    const auto found = [&](std::uint32_t number, const mismatch& m) {
      if (shown++ >= wanted_.show) return;
      fmt::print("\n{}  again: emucheck {} --first {} --specimens 1\n", describe(number, m), of.again, number);
    };
    const tally part = compare(bytes, wanted_.kind(), found, [&line](std::uint64_t done) { line(done); });
    if (shown > wanted_.show) fmt::print("... and {} more\n", shown - wanted_.show);
    fmt::print("{:<14} {:>9} specimens, {} with a known difference, {} unexplained\n", of.name, part.total().specimens,
               part.different, part.unexplained);
    sums_.add(part);
  }

  /// A known difference that did not show, in a run long enough for each to show.
  std::string unseen() const {
    if (!wanted_.results.empty() || !wanted_.machines.empty() || sums_.total().specimens < long_run) return {};
    const auto known = known_differences(sums_.engine);
    for (std::size_t i = 0; i < known.size(); ++i)
      if (sums_.by_difference[i] == 0) return std::string{known[i].name};
    return {};
  }

  int verdict() const {
    const auto fail = [](const std::string& why) {
      fmt::print("FAILED: {}\n", why);
      return 1;
    };
    if (sums_.unexplained != 0) return fail("the emulator and the machine disagree");
    if (wanted_.results.empty() && sums_.total().specimens < specimens_) return fail("too few specimens ran");
    if (100.0 * static_cast<double>(sums_.different) > tolerated_percent * static_cast<double>(sums_.compared()))
      return fail("too many known differences");
    if (const std::string name = unseen(); !name.empty())
      return fail("never seen, so does the emulator make the machine's mistake? " + name);
    fmt::print("passed\n");
    return 0;
  }

  opguest::batch_options wanted_;
  std::uint32_t specimens_;
  tally sums_;
};

}  // namespace

int main(int argc, char** argv) {
  opguest::batch_options wanted;
  wanted.program = UMBRA_SYSTEM_PROGRAM;
  std::uint32_t specimens = 200'000;
  CLI::App app{
      "Checks system instructions and faults of the instruction emulator (core/emulate) against the processor of an\n"
      "emulated machine. A bare guest program executes single instructions in every mode and at every privilege "
      "level;\n"
      "the exception that ends each, its error code, all registers and memory are compared with the emulator's.\n"
      "Exit code 0 if each difference is known, with its citation.",
      "emucheck"};
  app.add_option("--specimens", specimens, "how many, over all machines")
      ->capture_default_str()
      ->check(CLI::Range(1u, 4'000'000'000u));
  opguest::offer(app, wanted, machines(), names);
  CLI11_PARSE(app, argc, argv);
  try {
    return session{wanted, specimens}.run();
  } catch (const std::exception& e) {
    fmt::print(stderr, "emucheck: {}\n", e.what());
    return 1;
  }
}
