// `entrycheck`: checks the model of VM entry against the VMX processors that Bochs implements.
#include "fuzz/entry/host/report.hpp"
#include "fuzz/guest/host/check.hpp"

namespace {

using namespace umbra;
using namespace umbra::entrycheck;

const opguest::check_text text{
    .name = "entrycheck",
    .about =
        "Checks the model of VM entry (models/reference/vm_entry) against the VMX processors that Bochs implements.\n"
        "A bare program attempts VM entries with random states, valid ones and such as break a rule or a few; how "
        "each\n"
        "ended is compared with what the model allows. Exit code 0 if each difference is known, with its citation.",
    .judged = "the model",
    .names = {"attempt", "state"},
    .long_run = 200'000};

std::unique_ptr<opguest::check> make(opguest::engine_kind) {
  opguest::tally_check<tally>::parts p;
  p.compare = [](opguest::byte_source& bytes, const opguest::finding_sink& found,
                 const opguest::progress_visitor& progress) {
    const auto tell = [&found](std::uint32_t number, const mismatch& m) {
      found(number, [&] { return describe(number, m); });
    };
    return compare(bytes, tell, progress);
  };
  p.sums = [](const tally& t) { return opguest::check_sums{t.attempts, t.attempts, t.different, t.unexplained, {}}; };
  p.known = [](const tally& t) { return opguest::counted(known_differences(), t.by_difference); };
  return std::make_unique<opguest::tally_check<tally>>(tally{}, p);
}

}  // namespace

int main(int argc, char** argv) {
  opguest::batch_options defaults;
  defaults.program = UMBRA_ENTRY_PROGRAM;
  defaults.silence = 120;
  defaults.show = 3;
  return opguest::run_check(argc, argv, text, opguest::bochs_machines(), defaults, 100'000, make);
}
