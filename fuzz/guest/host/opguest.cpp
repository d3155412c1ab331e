// `opguest`: checks the reference model against the paging hardware that an emulator implements.
#include <chrono>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "fuzz/guest/host/batch.hpp"
#include "fuzz/guest/host/report.hpp"

namespace {

using namespace umbra::opguest;

/// More than this share of accesses with a known difference, and the comparison is worth too little.
constexpr double tolerated_percent = 1.0;

/// From so many translations on, every known difference of an emulator must have shown.
constexpr std::uint64_t long_run = 500'000;

const batch_names names{"translation", "scene"};

class session {
 public:
  session(batch_options wanted, std::uint32_t translations)
      : wanted_(std::move(wanted)), translations_(translations), sums_(wanted_.kind()) {}

  int run() {
    const auto start = std::chrono::steady_clock::now();
    run_batch(wanted_, machines(), translations_,
              [this](byte_source& bytes, const batch_part& part) { take(bytes, part); });
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    fmt::print("{}", summary(sums_, took.count()));
    write_json(wanted_, as_json(sums_, took.count()));
    return verdict();
  }

 private:
  void take(byte_source& bytes, const batch_part& of) {
    progress_line line{of, names.unit};
    unsigned shown = 0;
    const auto found = [&](std::uint32_t number, unsigned index, const mismatch& m, const table_memory& memory) {
      if (shown++ >= wanted_.show) return;
      fmt::print("\n{}  again: opguest {} --first {} --translations 1\n", describe(number, index, m, memory), of.again,
                 number);
    };
    const tally part = compare(bytes, wanted_.kind(), found, [&line](std::uint64_t done) { line(done); });
    if (shown > wanted_.show) fmt::print("... and {} more\n", shown - wanted_.show);
    fmt::print("{:<14} {:>9} translations, {:.3f} % with a known difference, {} unexplained\n", of.name,
               part.translations, 100.0 * static_cast<double>(part.different) / static_cast<double>(part.translations),
               part.unexplained);
    sums_.add(part);
  }

  /// A known difference that did not show, in a run long enough for each to show.
  std::string unseen() const {
    if (!wanted_.results.empty() || !wanted_.machines.empty() || sums_.translations < long_run) return {};
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
    if (sums_.unexplained != 0) return fail("the model and the machine disagree");
    if (wanted_.results.empty() && sums_.translations < translations_) return fail("too few translations ran");
    if (100.0 * static_cast<double>(sums_.different) > tolerated_percent * static_cast<double>(sums_.translations))
      return fail("too many known differences");
    if (const std::string name = unseen(); !name.empty())
      return fail("never seen, so does the model make the emulator's mistake? " + name);
    fmt::print("passed\n");
    return 0;
  }

  batch_options wanted_;
  std::uint32_t translations_;
  tally sums_;
};

}  // namespace

int main(int argc, char** argv) {
  batch_options wanted;
  wanted.program = UMBRA_GUEST_PROGRAM;
  std::uint32_t translations = 1'000'000;
  CLI::App app{
      "Checks the reference model (models/reference) against the paging hardware that an emulator implements.\n"
      "A bare guest program translates addresses in every paging mode; outcome, error code, CR2, A and D bits and the\n"
      "frame reached are compared with the model's. Exit code 0 if each difference is known, with its citation.",
      "opguest"};
  app.add_option("--translations", translations, "how many, over all machines")
      ->capture_default_str()
      ->check(CLI::Range(1u, 4'000'000'000u));
  offer(app, wanted, machines(), names);
  CLI11_PARSE(app, argc, argv);
  try {
    return session{wanted, translations}.run();
  } catch (const std::exception& e) {
    fmt::print(stderr, "opguest: {}\n", e.what());
    return 1;
  }
}
