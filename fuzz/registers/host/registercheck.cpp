// `registercheck`: checks the model of system registers against the processors that Bochs implements.
#include "fuzz/guest/host/check.hpp"
#include "fuzz/registers/host/report.hpp"

namespace {

using namespace umbra;
using namespace umbra::registercheck;

const opguest::check_text text{
    .name = "registercheck",
    .about =
        "Checks the model of control registers, debug registers and MSRs (models/reference) against the processors\n"
        "that Bochs implements. A bare program executes MOV CR, LMSW, CLTS, SMSW, RDMSR, WRMSR and MOV DR with random\n"
        "values; exceptions and what the registers then hold are compared with the model's. Exit code 0 if each\n"
        "difference is known, with its citation.",
    .judged = "the model",
    .names = {"trial", "trial"},
    .long_run = 100'000};

std::unique_ptr<opguest::check> make(opguest::engine_kind) {
  opguest::tally_check<tally>::parts p;
  p.compare = [](opguest::byte_source& bytes, const opguest::finding_sink& found,
                 const opguest::progress_visitor& progress) {
    const auto tell = [&found](std::uint32_t number, const mismatch& m) {
      found(number, [&] { return describe(number, m); });
    };
    return compare(bytes, tell, progress);
  };
  p.sums = [](const tally& t) { return opguest::check_sums{t.trials, t.trials, t.different, t.unexplained, {}}; };
  p.known = [](const tally& t) { return opguest::counted(known_differences(), t.by_difference); };
  return std::make_unique<opguest::tally_check<tally>>(tally{}, p);
}

}  // namespace

int main(int argc, char** argv) {
  opguest::batch_options defaults;
  defaults.program = UMBRA_REGISTERS_PROGRAM;
  defaults.silence = 120;
  return opguest::run_check(argc, argv, text, opguest::bochs_machines(), defaults, 100'000, make);
}
